"""A cancelled order is never charged, and what was charged for it goes back."""

from ticketing_common.events.catalogue import OrderCancelled
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_payments.events.listeners.queue_group import QUEUE_GROUP
from ticketing_payments.models.order import Order
from ticketing_payments.outcomes import after_cancel


class OrderCancelledListener(Listener[OrderCancelled]):
    event = OrderCancelled
    queue_group = QUEUE_GROUP

    def __init__(self, orders: Store[Order]) -> None:
        self.orders = orders

    async def on_message(self, cancelled: OrderCancelled) -> None:
        """Only writes down what is due: the recovery loop is the one that talks to Stripe."""
        await self.orders.replicate(
            cancelled.id,
            cancelled.version,
            user_id=cancelled.user_id,
            status=cancelled.status,
            ticket_id=cancelled.ticket.id,
            price=cancelled.ticket.price,
            expires_at=cancelled.expires_at,
        )
        await self.orders.change(cancelled.id, lambda order: after_cancel(order, now()))
