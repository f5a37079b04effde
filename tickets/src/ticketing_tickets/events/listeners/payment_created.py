"""A paid order's ticket is sold."""

from ticketing_common.events.catalogue import PaymentCreated
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_common.types import made_at
from ticketing_tickets.events.listeners.queue_group import QUEUE_GROUP
from ticketing_tickets.models.sale import Sale

UNPRICED, PRICED, DATED = 1, 3, 4  # versions of a sale; 2 was with a price, and without a date


class PaymentCreatedListener(Listener[PaymentCreated]):
    event = PaymentCreated
    queue_group = QUEUE_GROUP

    def __init__(self, sales: Store[Sale]) -> None:
        self.sales = sales

    async def on_message(self, payment: PaymentCreated) -> None:
        # With its price, and then its date, it is newer than without, however late it is told so.
        dated = DATED if payment.paid_at else PRICED
        version = UNPRICED if payment.price is None else dated
        await self.sales.replicate(
            payment.order_id,
            source_version=version,
            price=payment.price,
            # An older version does not say; its id is chosen at the first try to pay.
            sold_at=payment.paid_at or made_at(payment.id),
        )
