"""What an operator is told of one order, and of all of them."""

from collections.abc import Mapping
from datetime import timedelta

from fastapi import FastAPI

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.reports.report import Part, Step
from ticketing_common.reports.screen import moment
from ticketing_common.store import Store
from ticketing_common.timing import Timing
from ticketing_common.types import made_at, now
from ticketing_orders.models.order import OPEN, Order
from ticketing_orders.models.ticket import Ticket

MOST_COUNTED = 1000
LATE = timedelta(minutes=1)  # after which an overdue order is one that nobody has ended


async def of_order(app: FastAPI, id: str, _: Mapping[str, str]) -> Part:
    orders: Store[Order] = app.state.stores[Order]
    order = await orders.find_id(id)
    if order is None:
        return Part(facts={"order": "there is none of this id"})
    ticket = await app.state.stores[Ticket].find_id(order.ticket.id)
    by = f" by {order.cancelled_by}" if order.cancelled_by else ""
    part = Part(
        ids={"order": id, "ticket": order.ticket.id, "buyer": order.user_id},
        facts={
            "order": f"{order.status}{by}, version {order.version}",
            "ticket": f"{order.ticket.title}, ${order.ticket.price:,.2f}, {order.ticket.id}"
            f" under number {order.ticket.reservation}",
            "to be paid by": moment(order.expires_at),
            "its replica of the ticket": f"version {ticket.version}" if ticket else "none",
        },
        steps=[Step(at=made_at(id), what="reserved (to the second)")],
    )
    if order.status == OrderStatus.CREATED:
        part.outstanding.append("tickets has to confirm that the order holds its ticket")
    if order.open:
        part.outstanding.append(_end(order, app.state.window))
    return part


def _end(order: Order, window: timedelta) -> str:
    timing = Timing.of(window.total_seconds())
    if not order.expired(now()):
        return f"its buyer has to pay, until {moment(order.expires_at)}"
    told = order.expires_at + timedelta(seconds=timing.expiry_grace)
    swept = order.expires_at + timedelta(seconds=timing.sweep_grace)
    return (
        f"it is overdue: expiration tells so at {moment(told)}, or orders' sweeper ends it from"
        f" {moment(swept)} on, once it has heard of all payments"
    )


async def of_service(app: FastAPI) -> Part:
    orders: Store[Order] = app.state.stores[Order]
    open_ones = {"status": {"$in": list(OPEN)}}
    count = len(await orders.fields(open_ones, ("status",), MOST_COUNTED))
    overdue_before = now() - timedelta(
        seconds=Timing.of(app.state.window.total_seconds()).sweep_grace
    )
    overdue = await orders.fields(
        {**open_ones, "expiresAt": {"$lte": overdue_before}}, ("status",), MOST_COUNTED
    )
    part = Part(facts={"unpaid orders": _count(count), "overdue": _count(len(overdue))})
    for oldest in await orders.find(open_ones, sort=[("expiresAt", 1)], limit=1):
        until = moment(oldest.expires_at)
        part.facts["oldest unpaid order"] = f"{oldest.id}, {oldest.status}, until {until}"
        if oldest.expires_at <= overdue_before - LATE:
            part.outstanding.append(f"{_count(len(overdue))} overdue orders, one since {until}")
    return part


def _count(number: int) -> str:
    return f"{number}{' or more' if number == MOST_COUNTED else ''}"
