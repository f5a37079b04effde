"""A changed ticket is ordered as it is now; one that carries an order confirms its hold."""

import asyncio

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
        # Two writes side by side, each conditional by itself: whichever was left out is made up for
        # when the message comes again.
        done = await asyncio.gather(
            self._replicate(ticket), self._confirm(ticket.order_id), return_exceptions=True
        )
        for failure in filter(None, done):
            raise failure

    async def _replicate(self, ticket: TicketUpdated) -> None:
        await self.tickets.replicate(
            ticket.id, ticket.version, title=ticket.title, price=ticket.price
        )

    async def _confirm(self, order_id: str | None) -> None:
        if order_id:
            await self.orders.change(order_id, _held)


def _held(order: Order) -> Order | None:
    is_new = order.status == OrderStatus.CREATED
    return order.with_status(OrderStatus.AWAITING_PAYMENT) if is_new else None
