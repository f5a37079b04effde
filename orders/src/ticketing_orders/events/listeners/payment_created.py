"""A paid order is complete."""

from ticketing_common.events.catalogue import OrderStatus, PaymentCreated
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_orders.events.listeners.queue_group import QUEUE_GROUP
from ticketing_orders.models.order import Order


class PaymentCreatedListener(Listener[PaymentCreated]):
    event = PaymentCreated
    queue_group = QUEUE_GROUP

    def __init__(self, orders: Store[Order]) -> None:
        self.orders = orders

    async def on_message(self, payment: PaymentCreated) -> None:
        await self.orders.change(payment.order_id, _complete)


def _complete(order: Order) -> Order | None:
    # A cancelled order stays cancelled: payments refunds.
    return order.with_status(OrderStatus.COMPLETE) if order.open else None
