"""Every order ends, even if the expiration service forgot all about it."""

import asyncio
import logging
from datetime import timedelta

from ticketing_common.errors import ServiceUnavailableError, VersionConflictError
from ticketing_common.logs import reason
from ticketing_common.store import Store
from ticketing_common.store.store import retrying
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_orders.expiry import expire
from ticketing_orders.models.order import OPEN, Order

logger = logging.getLogger(__name__)

PAGE = 200  # orders a sweep


class Sweeper:
    """Cancels open orders that the expiration service should have reported by now."""

    def __init__(self, orders: Store[Order], timing: Timing) -> None:
        self.orders = orders
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
        overdue = await self.orders.find(
            {"status": {"$in": list(OPEN)}, "expiresAt": {"$lte": now() - self.grace}}, limit=PAGE
        )
        for order in overdue:
            await retrying(lambda id=order.id: expire(id, self.orders, at=now()))  # type: ignore[misc]
            logger.warning("expired by the sweeper", extra={"order": order.id})
        return len(overdue)
