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
        order = await self.orders.get(payment.order_id)
        if order.open:  # a cancelled order stays cancelled: payments refunds
            await self.orders.save(order.with_status(OrderStatus.COMPLETE))
