"""What the tickets service tells."""

from ticketing_common.events.catalogue import TicketCreated, TicketUpdated
from ticketing_common.events.event import Event
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


def present_state(ticket: Ticket) -> list[Event]:
    """What to tell of a ticket when the stream has lost the news of it."""
    return [ticket_updated(ticket)]
