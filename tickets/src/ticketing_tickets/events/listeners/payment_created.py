"""A paid order's ticket is sold."""

from ticketing_common.events.catalogue import PaymentCreated
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_tickets.events.listeners.queue_group import QUEUE_GROUP
from ticketing_tickets.models.sale import Sale


class PaymentCreatedListener(Listener[PaymentCreated]):
    event = PaymentCreated
    queue_group = QUEUE_GROUP

    def __init__(self, sales: Store[Sale]) -> None:
        self.sales = sales

    async def on_message(self, payment: PaymentCreated) -> None:
        await self.sales.replicate(payment.order_id, source_version=1)
