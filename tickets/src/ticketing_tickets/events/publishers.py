"""What the tickets service tells."""

from ticketing_common.events.catalogue import TicketCreated, TicketUpdated
from ticketing_tickets.models.ticket import Ticket


def ticket_created(ticket: Ticket) -> TicketCreated:
    return TicketCreated(
        id=ticket.id,
        version=ticket.version,
        title=ticket.title,
        price=ticket.price,
        user_id=ticket.user_id,
    )


def ticket_updated(ticket: Ticket) -> TicketUpdated:
    return TicketUpdated(
        id=ticket.id,
        version=ticket.version,
        title=ticket.title,
        price=ticket.price,
        user_id=ticket.user_id,
        order_id=ticket.order_id,
    )
