"""A cancelled order gives its ticket back."""

from ticketing_common.events.catalogue import OrderCancelled
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_tickets.events.listeners.queue_group import QUEUE_GROUP
from ticketing_tickets.events.publishers import ticket_updated
from ticketing_tickets.models.ticket import Ticket


class OrderCancelledListener(Listener[OrderCancelled]):
    event = OrderCancelled
    queue_group = QUEUE_GROUP

    def __init__(self, tickets: Store[Ticket]) -> None:
        self.tickets = tickets

    async def on_message(self, order: OrderCancelled) -> None:
        heard = order.ticket.reservation

        def release(ticket: Ticket) -> Ticket | None:
            if heard < ticket.reservation:
                return None  # a newer order has the ticket
            if heard == ticket.reservation and not ticket.reserved:
                return None  # this one, again
            # With a higher number the cancel overtook its create, which will then be old news.
            return ticket.next(order_id=None, reservation=heard)

        await self.tickets.change(order.ticket.id, release, ticket_updated)
