"""Payments nobody is working on any more, and what cancelled orders leave behind at Stripe."""

import asyncio
import logging
from contextlib import suppress

from ticketing_common.errors import ServiceUnavailableError, VersionConflictError
from ticketing_common.logs import reason
from ticketing_common.store import Store
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_payments.gateway import RefusedError, StripeUnavailableError
from ticketing_payments.models.order import Order
from ticketing_payments.resolver import Resolver
from ticketing_payments.schedule import Schedule

logger = logging.getLogger(__name__)

PAGE = 100  # due orders read at a time
WORKERS = 16  # of them at Stripe at a time

DUE = ("payment.lookAt", "payment.watch.at")  # what is undecided comes first


class Recovery:
    """Takes every order whose time has come one step further.

    It holds a lease while it is at it, of which no step outlives the end. Each order has a worker
    of its own, so that one whose intent hangs keeps nobody waiting but itself.
    """

    def __init__(
        self, orders: Store[Order], resolver: Resolver, schedule: Schedule, timing: Timing
    ) -> None:
        self.orders = orders
        self.resolver = resolver
        self.schedule = schedule
        self.lease = timing.lease
        self.interval = timing.recovery_interval
        self._places = asyncio.Semaphore(WORKERS)
        self._busy: dict[str, asyncio.Task[None]] = {}  # by order
        self._again: set[str] = set()  # orders found due while they were busy
        self._wake = asyncio.Event()

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.start()
                except ServiceUnavailableError as error:
                    logger.warning("could not look", extra={"reason": reason(error)})
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.interval):
                        await self._wake.wait()
                self._wake.clear()
        finally:
            for task in self.under_way:
                task.cancel()

    @property
    def under_way(self) -> list[asyncio.Task[None]]:
        """What it has begun and not ended."""
        return list(self._busy.values())

    def wake(self) -> None:
        """Something has just become due."""
        self._wake.set()

    async def look(self) -> int:
        """Take each due order one step further, and return how many were due."""
        begun = await self.start()
        await asyncio.gather(*begun, return_exceptions=True)
        return len([task.result() for task in begun])

    async def start(self) -> list[asyncio.Task[None]]:
        """Begin with each due order as soon as a worker is free."""
        begun = []
        for field in DUE:
            due = await self.orders.find({field: {"$lte": now()}}, sort=[(field, 1)], limit=PAGE)
            for order in due:
                if order.id in self._busy:
                    self._again.add(order.id)
                else:
                    await self._places.acquire()
                    begun.append(self._begin(order))
        return begun

    def _begin(self, order: Order) -> asyncio.Task[None]:
        task = asyncio.create_task(self._recover(order))
        self._busy[order.id] = task

        def done(_: asyncio.Task[None]) -> None:
            del self._busy[order.id]
            self._places.release()
            if order.id in self._again:  # it became due meanwhile
                self._again.remove(order.id)
                self.wake()

        task.add_done_callback(done)
        return task

    async def _recover(self, order: Order) -> None:
        """It never raises: one order must not stop the others."""
        try:
            held = self.schedule.at(order.payment, now() + self.schedule.lease)
            order = await self.orders.save(order.next(payment=held))
            async with asyncio.timeout(self.lease):
                if not await self.resolver.step(order):
                    await self._later(order)
        except VersionConflictError:  # somebody else was faster, maybe with news that is due now
            self.wake()
        except (StripeUnavailableError, RefusedError, TimeoutError) as error:
            logger.warning("will look again", extra={"order": order.id, "reason": reason(error)})
            await self._later(order)
        except ServiceUnavailableError as error:  # the store's: its lease will run out
            logger.warning("could not look", extra={"order": order.id, "reason": reason(error)})
        except Exception:
            logger.exception("could not recover", extra={"order": order.id})
            await self._later(order)

    async def _later(self, order: Order) -> None:
        payment = self.schedule.later(order, order.payment, now())
        try:
            await self.orders.save(order.next(payment=payment))
        except VersionConflictError:
            self.wake()  # whoever changed it has said when to look
        except ServiceUnavailableError as error:
            logger.warning("could not look", extra={"order": order.id, "reason": reason(error)})
