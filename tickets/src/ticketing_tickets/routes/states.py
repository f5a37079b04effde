"""What became of a ticket: whether it is on sale, and whether the order that holds it is paid."""

from collections.abc import Mapping
from enum import StrEnum

from ticketing_common.types import AnyPrice, Moment
from ticketing_tickets.models.sale import Sale
from ticketing_tickets.models.ticket import ListedTicket, Ticket


class State(StrEnum):
    LISTED = "listed"
    RESERVED = "reserved"
    SOLD = "sold"
    WITHDRAWN = "withdrawn"


class OwnTicket(ListedTicket):
    """As its seller is told of it: `sold_for` is what the sale brought, the order's price, and
    `sold_at` when, where they are known."""

    state: State
    sold_for: AnyPrice | None = None
    sold_at: Moment | None = None


def own(ticket: Ticket, sold: Mapping[str, Sale]) -> OwnTicket:
    """`sold` are the sales of the orders that hold tickets, as far as there are any."""
    sale = sold.get(ticket.order_id) if ticket.order_id else None
    brought = {"sold_for": sale.price, "sold_at": sale.sold_at} if sale else {}
    return OwnTicket(**dict(ticket), state=state_of(ticket, sale), **brought)


def state_of(ticket: Ticket, sale: Sale | None) -> State:
    """`sale` is that of the order that holds the ticket."""
    if ticket.order_id is None:
        return State.LISTED if ticket.on_sale else State.WITHDRAWN
    return State.SOLD if sale else State.RESERVED
