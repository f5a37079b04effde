"""A changed ticket is ordered as it is now; one that carries an order confirms its hold."""

from ticketing_common.events.catalogue import OrderStatus, TicketUpdated
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_orders.events.listeners.queue_group import QUEUE_GROUP
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket


class TicketUpdatedListener(Listener[TicketUpdated]):
    event = TicketUpdated
    queue_group = QUEUE_GROUP

    def __init__(self, tickets: Store[Ticket], orders: Store[Order]) -> None:
        self.tickets = tickets
        self.orders = orders

    async def on_message(self, ticket: TicketUpdated) -> None:
        # Two writes, each conditional by itself: whichever a crash left out is made up for when
        # the message comes again.
        await self.tickets.replicate(
            ticket.id, ticket.version, title=ticket.title, price=ticket.price
        )
        if ticket.order_id:
            await self._confirm(ticket.order_id)

    async def _confirm(self, order_id: str) -> None:
        order = await self.orders.get(order_id)
        if order.status == OrderStatus.CREATED:
            await self.orders.save(order.with_status(OrderStatus.AWAITING_PAYMENT))
