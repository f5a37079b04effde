"""A ticket is sold once its order is both holding it and paid, whichever is heard of first.

Both listeners write down what they heard and then look for the other half, so that one of them
finds it whatever the order, and finds it again after a crash in between.
"""

from ticketing_common.store import Store
from ticketing_tickets.events.publishers import ticket_updated
from ticketing_tickets.models.sale import Sale
from ticketing_tickets.models.ticket import Ticket


async def mark_sold(order_id: str, tickets: Store[Ticket], sales: Store[Sale]) -> None:
    ticket = await tickets.find_one({"orderId": order_id})
    if ticket is None or ticket.sold or await sales.find_id(order_id) is None:
        return
    ticket = ticket.next(sold=True)
    await tickets.save(ticket, ticket_updated(ticket))
