"""What the tickets service tells."""

from ticketing_common.events.catalogue import MAX_TITLE, Listing, TicketCreated, TicketUpdated
from ticketing_tickets.models.ticket import ListedTicket, Ticket


def ticket_created(ticket: Ticket) -> TicketCreated:
    return TicketCreated(
        id=ticket.id,
        version=ticket.version,
        title=ticket.title[:MAX_TITLE],
        price=ticket.price,
        user_id=ticket.user_id,
        listing=_listing(ticket),
    )


def ticket_updated(ticket: Ticket) -> TicketUpdated:
    return TicketUpdated(
        id=ticket.id,
        version=ticket.version,
        title=ticket.title[:MAX_TITLE],
        price=ticket.price,
        user_id=ticket.user_id,
        order_id=ticket.order_id,
        listing=_listing(ticket),
    )


def _listing(ticket: Ticket) -> Listing | None:
    if not isinstance(ticket, ListedTicket):
        return None
    return Listing(
        number=ticket.listing,
        withdrawn=ticket.withdrawn,
        starts_at=ticket.starts_at,
        venue=ticket.venue,
    )
