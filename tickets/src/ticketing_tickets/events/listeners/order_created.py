"""An order takes its ticket off the market."""

from ticketing_common.events.catalogue import OrderCreated
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_tickets.events.listeners.queue_group import QUEUE_GROUP
from ticketing_tickets.events.publishers import ticket_updated
from ticketing_tickets.models.ticket import Ticket


class OrderCreatedListener(Listener[OrderCreated]):
    event = OrderCreated
    queue_group = QUEUE_GROUP

    def __init__(self, tickets: Store[Ticket]) -> None:
        self.tickets = tickets

    async def on_message(self, order: OrderCreated) -> None:
        heard = order.ticket.reservation

        def reserve(ticket: Ticket) -> Ticket | None:
            if heard <= ticket.reservation:
                return None  # old news, or this again
            return ticket.next(order_id=order.id, reservation=heard)

        await self.tickets.change(order.ticket.id, reserve, ticket_updated)
