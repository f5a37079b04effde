"""An order whose time is up, and which nobody paid, is cancelled."""

from ticketing_common.events.catalogue import ExpirationComplete
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_orders.events.listeners.queue_group import QUEUE_GROUP
from ticketing_orders.expiry import expire
from ticketing_orders.models.order import Order


class ExpirationCompleteListener(Listener[ExpirationComplete]):
    event = ExpirationComplete
    queue_group = QUEUE_GROUP

    def __init__(self, orders: Store[Order]) -> None:
        self.orders = orders

    async def on_message(self, expiration: ExpirationComplete) -> None:
        await expire(expiration.order_id, self.orders, at=now())
