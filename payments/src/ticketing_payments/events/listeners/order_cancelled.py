"""A cancelled order is never charged, and what was charged for it goes back."""

from ticketing_common.events.catalogue import OrderCancelled
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_payments.events.listeners.queue_group import QUEUE_GROUP
from ticketing_payments.models.order import Order, take_over
from ticketing_payments.outcomes import after_cancel


class OrderCancelledListener(Listener[OrderCancelled]):
    event = OrderCancelled
    queue_group = QUEUE_GROUP

    def __init__(self, orders: Store[Order]) -> None:
        self.orders = orders

    async def on_message(self, cancelled: OrderCancelled) -> None:
        """Only writes down what is due: the recovery loop is the one that talks to Stripe."""
        await take_over(self.orders, cancelled)
        await self.orders.change(cancelled.id, lambda order: after_cancel(order, now()))
