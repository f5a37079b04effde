"""Looking now, because somebody waits for what Stripe has to say."""

import asyncio
import logging
import time
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ticketing_common.errors import ServiceUnavailableError, VersionConflictError
from ticketing_common.logs import reason
from ticketing_common.store import Store
from ticketing_common.tasks import side_by_side
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_payments.gateway import RefusedError
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.resolver import UNDECIDED, Resolver
from ticketing_payments.schedule import Schedule

logger = logging.getLogger(__name__)

INTERVAL = 1.0  # seconds between two looks at one order, of each replica
CHARGED_INTERVAL = 30.0  # the same once it is charged: what is new then is seldom, and never urgent
REMEMBERED = 1000  # orders looked at last
WORKERS = 8  # looks at a time
CHARGED_WORKERS = 4  # of their own: who waits for a charge does not wait for what comes after one
QUEUE = 100  # orders that wait for one, of each kind; another one's page asks again soon


class Prompts:
    """Looks that find nothing new write nothing, so they need no lease: should two find the same,
    one of them loses its compare-and-set."""

    def __init__(
        self, orders: Store[Order], resolver: Resolver, schedule: Schedule, timing: Timing
    ) -> None:
        self.orders = orders
        self.resolver = resolver
        self.schedule = schedule
        self.patience = timing.stripe_read_timeout
        self._queue: asyncio.Queue[Order] = asyncio.Queue(QUEUE)
        self._charged: asyncio.Queue[Order] = asyncio.Queue(QUEUE)
        self._looked: dict[str, float] = {}  # when, by order; the oldest first

    async def run(self) -> None:
        undecided = [self._work(self._queue) for _ in range(WORKERS)]
        charged = [self._work(self._charged) for _ in range(CHARGED_WORKERS)]
        await side_by_side(*undecided, *charged)

    def soon(self, order: Order) -> None:
        """Look, if that can tell anything new and nobody has just looked."""
        if self.worthwhile(order) and not self._queue.full() and self._allowed(order.id):
            self._queue.put_nowait(order)
        elif (
            _may_go_back(order)
            and not self._charged.full()
            and self._allowed(order.id, CHARGED_INTERVAL)
        ):
            self._charged.put_nowait(order)

    async def look(self, order: Order) -> Order:
        """The order after a look; as it is stored where somebody has just looked."""
        if self.worthwhile(order) and self._allowed(order.id):
            await self._look(order)
        return await self.orders.get(order.id)

    def worthwhile(self, order: Order) -> bool:
        """Undecided, with something to look for, and in nobody's hands."""
        payment = order.payment
        if payment.status not in UNDECIDED or self.schedule.due_at(payment) is None:
            return False
        return not payment.leased(now())

    def _allowed(self, order_id: str, interval: float = INTERVAL) -> bool:
        at = time.monotonic()
        if at - self._looked.get(order_id, -interval) < interval:
            return False
        self._looked.pop(order_id, None)
        self._looked[order_id] = at
        if len(self._looked) > REMEMBERED:
            del self._looked[next(iter(self._looked))]
        return True

    async def _work(self, queue: asyncio.Queue[Order]) -> None:
        while True:
            await self._look(await queue.get())

    async def _look(self, order: Order) -> None:
        try:
            async with asyncio.timeout(2 * self.patience):  # to read, and to cancel or write
                await self.resolver.step(order)
        except VersionConflictError:
            return  # somebody else was faster
        except (ServiceUnavailableError, RefusedError, TimeoutError) as error:
            extra = {"order": order.id, "reason": reason(error)}
            logger.info("could not look at once", extra=extra)
        except Exception:  # one order must not stop the others
            logger.exception("could not look", extra={"order": order.id})


def _may_go_back(order: Order) -> bool:
    """Charged: somebody at Stripe may have given it back since, or a bank object to it, and where
    no webhook says so, nobody else looks. What was taken over has no intent to look at."""
    return order.payment.status == PaymentStatus.CHARGED and order.payment.intent_id is not None


def _prompts_of(request: Request) -> Prompts:
    prompts: Prompts = request.app.state.prompts
    return prompts


Prompted = Annotated[Prompts, Depends(_prompts_of)]
