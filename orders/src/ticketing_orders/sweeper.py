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

HeardUntil = Callable[[], Awaitable[datetime]]


class Sweeper:
    """Cancels open orders that the expiration service should have reported by now.

    `heard` tells up to which moment all payments are known: no later one is taken for unpaid.
    """

    def __init__(
        self, orders: Store[Order], timing: Timing, heard: HeardUntil | None = None
    ) -> None:
        self.orders = orders
        self.heard = heard
        self.grace = timedelta(seconds=timing.sweep_grace)
        self.interval = timing.sweep_interval

    async def run(self) -> None:
        while True:
            try:
                await self.sweep()
            except ServiceUnavailableError as error:
                logger.warning("could not sweep", extra={"reason": reason(error)})
            await asyncio.sleep(self.interval)

    async def sweep(self) -> int:
        """Cancel the overdue orders; return how many there were."""
        heard = await self.heard() if self.heard else now()
        if heard == NEVER:
            return 0
        overdue = {"status": {"$in": list(OPEN)}, "expiresAt": {"$lte": heard - self.grace}}
        found = 0
        async for order in self.orders.each(overdue):
            found += 1
            logger.warning("overdue", extra={"order": order.id})
            await self._end(order.id)
        return found

    async def _end(self, id: str) -> None:
        try:
            await retrying(lambda: expire(id, self.orders, at=now()))
        except ServiceUnavailableError:
            raise
        except VersionConflictError:
            logger.warning("will be swept again", extra={"order": id})
        except Exception:  # one order must not keep the others waiting
            logger.exception("could not be swept", extra={"order": id})
