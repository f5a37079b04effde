"""An order whose time is up, and which nobody paid, is cancelled."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from ticketing_common.errors import ServiceUnavailableError
from ticketing_common.events.catalogue import ExpirationComplete
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_orders.events.listeners.queue_group import QUEUE_GROUP
from ticketing_orders.expiry import expire
from ticketing_orders.models.order import Order

HeardSince = Callable[[datetime], Awaitable[bool]]
ZERO = timedelta(0)


class PaymentsUnknownError(ServiceUnavailableError):
    """Events of payments are still to be heard, and one may be of this order."""


class ExpirationCompleteListener(Listener[ExpirationComplete]):
    event = ExpirationComplete
    queue_group = QUEUE_GROUP

    def __init__(
        self, orders: Store[Order], timing: Timing, heard: HeardSince | None = None
    ) -> None:
        """`heard` tells whether all payments made until a moment are known."""
        self.orders = orders
        self.heard = heard
        self.late = timedelta(seconds=timing.sweep_grace)

    async def on_message(self, expiration: ExpirationComplete) -> None:
        order = await self.orders.get(expiration.order_id)
        late = now() - order.expires_at
        # So late it comes after an outage, maybe before the event of a payment. The sweeper waits
        # for those.
        if late >= self.late:
            return
        if self.heard and late >= ZERO and not await self.heard(order.expires_at):
            raise PaymentsUnknownError  # until then, or until it is the sweeper's
        await expire(expiration.order_id, self.orders, at=now())
