"""An order whose time is up, and which nobody paid, is cancelled."""

from datetime import timedelta

from ticketing_common.events.catalogue import ExpirationComplete
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_orders.events.listeners.queue_group import QUEUE_GROUP
from ticketing_orders.expiry import expire
from ticketing_orders.models.order import Order


class ExpirationCompleteListener(Listener[ExpirationComplete]):
    event = ExpirationComplete
    queue_group = QUEUE_GROUP

    def __init__(self, orders: Store[Order], timing: Timing) -> None:
        self.orders = orders
        self.late = timedelta(seconds=timing.sweep_grace)

    async def on_message(self, expiration: ExpirationComplete) -> None:
        order = await self.orders.get(expiration.order_id)
        # Later news comes after an outage, maybe before that of a payment: the sweeper waits for
        # those.
        if now() - order.expires_at < self.late:
            await expire(expiration.order_id, self.orders, at=now())
