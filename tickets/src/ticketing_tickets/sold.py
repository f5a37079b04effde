"""A ticket is sold once its order is both holding it and paid, whichever is heard of first.

Both listeners write down what they heard and then look for the other half, so that one of them
finds it whatever the order, and finds it again after a crash in between.
"""

from ticketing_common.store import Store
from ticketing_tickets.events.publishers import ticket_updated
from ticketing_tickets.models.ticket import Ticket


async def mark_sold(ticket: Ticket, tickets: Store[Ticket]) -> None:
    if not ticket.sold:
        ticket = ticket.next(sold=True)
        await tickets.save(ticket, ticket_updated(ticket))
