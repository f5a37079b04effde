"""POST /api/orders: reserve a ticket for as long as the order window."""

from contextlib import suppress
from datetime import timedelta
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends
from pydantic import Field, StringConstraints, WithJsonSchema
from starlette.requests import Request

from ticketing_common.errors import BadRequestError, NotFoundError, RequestValidationError
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.middlewares import RequestBody, SignedIn, rate_limited
from ticketing_common.routing import Route
from ticketing_common.store import AlreadyExistsError
from ticketing_common.types import (
    MAXIMUM_PRICE,
    MINIMUM_PRICE,
    AnyPrice,
    Version,
    cents,
    chargeable,
    new_id,
    now,
)
from ticketing_orders.events.publishers import order_created
from ticketing_orders.models.order import Order, OrderedTicket, Orders
from ticketing_orders.models.ticket import Ticket, Tickets
from ticketing_orders.open_orders import OpenOrdersLimit

router = APIRouter(route_class=Route, dependencies=[Depends(rate_limited("orders"))])


PRICE = {"type": "number", "minimum": 0, "multipleOf": 0.01}


class NewOrder(RequestBody):
    """`price` is what the buyer saw: the ticket is ordered at that, or not at all. So is
    `ticketVersion`: before orders has heard of that version, or a later one, there is no ticket.
    """

    messages: ClassVar[dict[str, str]] = {
        "ticketId": "TicketId must be provided",
        "price": "Price must be greater than 0",
        "ticketVersion": "TicketVersion must be a whole number",
    }

    ticket_id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    price: Annotated[AnyPrice, WithJsonSchema(PRICE)] | None = None
    ticket_version: Annotated[Version, Field(strict=True)] | None = None


class PriceChangedError(RequestValidationError):
    """It costs something else now; the message says what."""

    def __init__(self, price: int | float) -> None:
        super().__init__([("price", f"The price is ${price:,.2f} now")])


class TicketReservedError(BadRequestError):
    """Another order holds the ticket."""

    message = "Ticket is already reserved"


class WithdrawnError(BadRequestError):
    """As far as orders has heard; an order that is faster than the news keeps the ticket."""

    message = "The ticket has been taken down by its seller"


class BegunError(BadRequestError):
    """By this service's own clock."""

    message = "The event has begun"


class NotForSaleError(BadRequestError):
    """It was priced by other rules than ours."""

    message = f"Its price can't be charged: only {MINIMUM_PRICE} to {MAXIMUM_PRICE} can"


def expiration_window(request: Request) -> timedelta:
    window: timedelta = request.app.state.window
    return window


Window = Annotated[timedelta, Depends(expiration_window)]


@router.post("/api/orders", status_code=201, responses={404: {"description": "No such ticket."}})
async def new(
    body: NewOrder,
    user: SignedIn,
    tickets: Tickets,
    orders: Orders,
    window: Window,
    open_orders: OpenOrdersLimit,
) -> Order:
    """The ticket's next reservation number decides: only one order can be stored under it.

    A ticket in its first version has most likely never been ordered, and where it has, the first
    number is refused. A cancelled order stays cancelled, so what a majority read says of the latest
    order can't be outdated by anything but a newer order, and that one holds the next number.
    """

    async def heard() -> Ticket:
        ticket = await tickets.get(body.ticket_id)
        if body.ticket_version is not None and ticket.version < body.ticket_version:
            raise NotFoundError
        return ticket

    ticket = await tickets.arrivals.once_heard(body.ticket_id, user.id, heard)
    if ticket.withdrawn:
        raise WithdrawnError
    if body.price is not None and cents(body.price) != cents(ticket.price):
        raise PriceChangedError(ticket.price)
    if not chargeable(ticket.price):
        raise NotForSaleError

    async def reserve(reservation: int) -> Order:
        at = now()
        if ticket.starts_at is not None and ticket.starts_at <= at:
            raise BegunError
        order = Order(
            id=new_id(),
            user_id=user.id,
            status=OrderStatus.CREATED,
            expires_at=at + window,
            ticket=OrderedTicket(
                id=ticket.id,
                title=ticket.title,
                price=ticket.price,
                version=ticket.version,
                starts_at=ticket.starts_at,
                venue=ticket.venue,
                reservation=reservation,
            ),
        )
        return await orders.save(order, order_created(order))

    async def order() -> Order:
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

    return await open_orders.one_more(user.id, order)
