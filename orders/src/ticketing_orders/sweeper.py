"""Every order ends, even if the expiration service forgot all about it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from ticketing_common.errors import ServiceUnavailableError, VersionConflictError
from ticketing_common.logs import reason
from ticketing_common.store import Store
from ticketing_common.store.retry import retrying
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_orders.expiry import expire
from ticketing_orders.models.order import OPEN, Order
from ticketing_orders.payments_heard import NEVER

logger = logging.getLogger(__name__)

PAGE = 200  # orders a sweep

Heard = Callable[[], Awaitable[datetime]]


class Sweeper:
    """Cancels open orders that the expiration service should have reported by now.

    `heard` tells up to which moment all payments are known: no later one is taken for unpaid.
    """

    def __init__(self, orders: Store[Order], timing: Timing, heard: Heard | None = None) -> None:
        self.orders = orders
        self.heard = heard
        self.grace = timedelta(seconds=timing.sweep_grace)
        self.interval = timing.sweep_interval

    async def run(self) -> None:
        while True:
            try:
                while await self.sweep() == PAGE:
                    pass
            except (ServiceUnavailableError, VersionConflictError) as error:
                logger.warning("could not sweep", extra={"reason": reason(error)})
            await asyncio.sleep(self.interval)

    async def sweep(self) -> int:
        """Cancel a page of overdue orders; return how many there were."""
        heard = await self.heard() if self.heard else now()
        if heard == NEVER:
            return 0
        overdue = await self.orders.find(
            {"status": {"$in": list(OPEN)}, "expiresAt": {"$lte": heard - self.grace}}, limit=PAGE
        )
        for order in overdue:
            logger.warning("overdue", extra={"order": order.id})
            await retrying(lambda id=order.id: expire(id, self.orders, at=now()))  # type: ignore[misc]
        return len(overdue)
