"""News of a ticket."""

from ticketing_common.events.catalogue import TicketUpdated
from ticketing_common.types import new_id
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket


def updated(ticket: Ticket, version: int = 1, order: Order | None = None) -> TicketUpdated:
    return TicketUpdated(
        id=ticket.id,
        version=version,
        title=f"Title {version}",
        price=30,
        user_id=new_id(),
        order_id=order.id if order else None,
    )
