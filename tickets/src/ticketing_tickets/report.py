"""What an operator is told of an order's ticket, and of the service."""

from collections.abc import Mapping

from fastapi import FastAPI

from ticketing_common.reports.report import Part
from ticketing_common.store import Store
from ticketing_tickets.models.sale import Sale
from ticketing_tickets.models.ticket import Ticket


async def of_order(app: FastAPI, id: str, known: Mapping[str, str]) -> Part:
    """The ticket is the one that orders has named, or that the order holds."""
    tickets: Store[Ticket] = app.state.stores[Ticket]
    sales: Store[Sale] = app.state.stores[Sale]
    if "ticket" in known:
        ticket = await tickets.find_id(known["ticket"])
    else:
        ticket = next(iter(await tickets.find({"orderId": id}, limit=1)), None)
    part = Part(facts={"ticket": "not known here" if ticket is None else _said(ticket, id)})
    if ticket:
        part.ids = {"ticket": ticket.id, "seller": ticket.user_id}
    sale = await sales.find_id(id)
    part.facts["sold by this order"] = "yes" if sale else "no"
    return part


def _said(ticket: Ticket, order: str) -> str:
    holder = {None: "free", order: "held by this order"}
    held = holder.get(ticket.order_id, f"held by order {ticket.order_id}")
    return f"{held}, has heard of number {ticket.reservation}, version {ticket.version}"


async def of_service(_: FastAPI) -> Part:
    """Its outbox says all."""
    return Part()
