"""A new order's time begins to run."""

from datetime import timedelta

from ticketing_common.events.catalogue import OrderCreated, OrderStatus
from ticketing_common.events.listener import Listener
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_expiration.events.listeners.queue_group import QUEUE_GROUP
from ticketing_expiration.queues.expiration_queue import ExpirationQueue

LIVE = (OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT)
SWEPT = timedelta(minutes=5)  # after the orders service's own sweep it has surely been swept


class OrderCreatedListener(Listener[OrderCreated]):
    """Returns, and thereby acknowledges, only once the queue has the job."""

    event = OrderCreated
    queue_group = QUEUE_GROUP

    def __init__(self, queue: ExpirationQueue, timing: Timing) -> None:
        self.queue = queue
        self.grace = timedelta(seconds=timing.expiry_grace)
        self.too_late = timedelta(seconds=timing.sweep_grace) + SWEPT

    async def on_message(self, order: OrderCreated) -> None:
        if order.status not in LIVE:
            return  # its present state, told again: decided already
        if order.expires_at + self.too_late < now():
            return  # replayed from the stream's past: the orders service has expired it itself
        await self.queue.schedule(order.id, order.expires_at + self.grace)
