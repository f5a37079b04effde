"""POST /api/orders: reserve a ticket for as long as the order window."""

from contextlib import suppress
from datetime import timedelta
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends
from pydantic import StringConstraints
from starlette.requests import Request

from ticketing_common.errors import BadRequestError
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.middlewares import RequestBody, SignedIn, rate_limited
from ticketing_common.routing import Route
from ticketing_common.store import AlreadyExistsError
from ticketing_common.types import new_id, now
from ticketing_orders.events.publishers import order_created
from ticketing_orders.models.order import Order, OrderedTicket, Orders
from ticketing_orders.models.ticket import Tickets

router = APIRouter(route_class=Route, dependencies=[Depends(rate_limited("orders"))])


class NewOrder(RequestBody):
    messages: ClassVar[dict[str, str]] = {"ticketId": "TicketId must be provided"}

    ticket_id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class TicketReservedError(BadRequestError):
    """Another order holds the ticket."""

    message = "Ticket is already reserved"


def order_window(request: Request) -> timedelta:
    window: timedelta = request.app.state.window
    return window


Window = Annotated[timedelta, Depends(order_window)]


@router.post("/api/orders", status_code=201, responses={404: {"description": "No such ticket."}})
async def new(
    body: NewOrder, user: SignedIn, tickets: Tickets, orders: Orders, window: Window
) -> Order:
    """The ticket's next reservation number decides: only one order can be stored under it.

    A ticket in its first version has most likely never been ordered, and where it has, the first
    number is refused. A cancelled order stays cancelled, so what a majority read says of the latest
    order can't be outdated by anything but a newer order, and that one holds the next number.
    """
    ticket = await tickets.get(body.ticket_id)

    async def reserve(reservation: int) -> Order:
        order = Order(
            id=new_id(),
            user_id=user.id,
            status=OrderStatus.CREATED,
            expires_at=now() + window,
            ticket=OrderedTicket(
                id=ticket.id,
                title=ticket.title,
                price=ticket.price,
                version=ticket.version,
                reservation=reservation,
            ),
        )
        return await orders.save(order, order_created(order))

    try:
        if ticket.version == 0:
            with suppress(AlreadyExistsError):
                return await reserve(1)
        latest = await orders.latest("ticket.id", ticket.id, by="ticket.reservation")
        if latest and latest.holds_ticket:
            raise TicketReservedError
        return await reserve(latest.ticket.reservation + 1 if latest else 1)
    except AlreadyExistsError:
        raise TicketReservedError from None
