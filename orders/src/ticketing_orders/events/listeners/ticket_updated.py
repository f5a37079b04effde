"""A changed ticket is ordered as it is now; one that carries an order confirms its hold."""

from ticketing_common.events.catalogue import OrderStatus, TicketUpdated
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_orders.events.listeners.queue_group import QUEUE_GROUP
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket, take_over


class TicketUpdatedListener(Listener[TicketUpdated]):
    event = TicketUpdated
    queue_group = QUEUE_GROUP

    def __init__(self, tickets: Store[Ticket], orders: Store[Order]) -> None:
        self.tickets = tickets
        self.orders = orders

    async def on_message(self, ticket: TicketUpdated) -> None:
        # Each write is conditional by itself: what was left out is made up for when it comes again.
        # A buyer waits for the first, and no order's trouble keeps a ticket out of date.
        try:
            if ticket.order_id:
                await self._confirm(ticket.order_id)
        except Exception:
            await take_over(self.tickets, ticket)
            raise
        await take_over(self.tickets, ticket)

    async def _confirm(self, order_id: str) -> None:
        await self.orders.compare_and_set(
            order_id, "status", OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT
        )
