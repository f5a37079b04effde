"""Payments nobody is working on any more, and what cancelled orders leave behind at Stripe."""

import asyncio
import logging
from datetime import timedelta

from ticketing_common.errors import ServiceUnavailableError, VersionConflictError
from ticketing_common.logs import reason
from ticketing_common.store import Store
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.gateway import (
    Intent,
    RefusedError,
    StripeFailedError,
    StripeGateway,
    StripeUnavailableError,
)
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.outcomes import (
    ActionRequired,
    IntentCanceled,
    NotCharged,
    Outcome,
    Succeeded,
    decide,
    outcome_of,
)

logger = logging.getLogger(__name__)

PAGE = 100  # orders a look
CONCURRENCY = 16  # of them at Stripe at a time
MAX_BACKOFF = 30  # intervals, also the longest an authentication goes unnoticed


class Recovery:
    """Looks at every order whose `look_at` has come and takes it one step further.

    It holds a lease while it looks. Whoever loses a compare-and-set here leaves the order to the
    next look, which decides again from what is stored then.
    """

    def __init__(
        self, orders: Store[Order], ledger: Ledger, gateway: StripeGateway, timing: Timing
    ) -> None:
        self.orders = orders
        self.ledger = ledger
        self.gateway = gateway
        self.lease = timedelta(seconds=timing.lease)
        self.interval = timing.recovery_interval
        self._places = asyncio.Semaphore(CONCURRENCY)

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except ServiceUnavailableError as error:
                logger.warning("could not look", extra={"reason": reason(error)})
            await asyncio.sleep(self.interval)

    async def look(self) -> int:
        """Take each due order one step further; return how many were due."""
        due = await self.orders.find(
            {"payment.lookAt": {"$lte": now()}}, sort=[("payment.lookAt", 1)], limit=PAGE
        )
        done = await asyncio.gather(*map(self._recover, due), return_exceptions=True)
        for failure in filter(None, done):
            raise failure
        return len(due)

    async def _recover(self, order: Order) -> None:
        async with self._places:
            try:
                order = await self.orders.save(order.with_payment(look_at=now() + self.lease))
                await self.step(order)
            except VersionConflictError:
                return  # somebody else was faster
            except (StripeUnavailableError, RefusedError) as error:
                logger.warning(
                    "will look again", extra={"order": order.id, "reason": reason(error)}
                )
                await self._later(order)
            except ServiceUnavailableError:
                raise
            except Exception:  # one order must not keep the others waiting
                logger.exception("could not recover", extra={"order": order.id})
                await self._later(order)

    async def step(self, order: Order) -> None:
        """Find out what Stripe knows of the order's intent and act on it."""
        payment = order.payment
        if payment.intent_id is None:  # then nothing was ever confirmed
            await self._decide(order, NotCharged(payment.message))
            return
        intent = await self.gateway.retrieve(payment.intent_id)
        outcome = outcome_of(intent)
        if isinstance(outcome, Succeeded):
            await self.ledger.charged(order, outcome.charge_id)
        waiting = isinstance(outcome, ActionRequired) and payment.status == PaymentStatus.NONE
        if outcome is None or (waiting and not order.cancelled):
            await self._later(order)
        elif order.cancelled:
            await self._close(order, intent, outcome)
        else:
            await self._decide(order, outcome)

    async def _close(self, order: Order, intent: Intent, outcome: Outcome) -> None:
        """See to it that a cancelled order's intent never charges, or that it is paid back."""
        if isinstance(outcome, Succeeded):
            if order.payment.status != PaymentStatus.REFUND_DUE:
                order = await self._decide(order, outcome)
            await self._refund(order, intent)
        else:
            if not isinstance(outcome, IntentCanceled):
                await self.gateway.cancel(intent.id)
            await self._decide(order, IntentCanceled())

    async def _refund(self, order: Order, intent: Intent) -> None:
        try:
            refund_id = await self.gateway.refund(intent, order.id, order.payment.refund_number)
        except (RefusedError, StripeFailedError):
            # Stripe would repeat this answer for this key, so the next try needs another one.
            number = order.payment.refund_number + 1
            await self._later(order, refund_number=number)
            logger.exception("could not refund", extra={"order": order.id})
            return
        assert intent.charge_id is not None  # noqa: S101 - what is refunded was charged
        await self.ledger.refunded(order, intent.charge_id, refund_id)
        await self.orders.save(
            order.with_payment(status=PaymentStatus.REFUNDED, look_at=None, looks=0)
        )

    async def _decide(self, order: Order, outcome: Outcome) -> Order:
        decided = decide(order, outcome, now())
        return await self.orders.save(decided, payment_created(decided))

    async def _later(self, order: Order, **changes: object) -> None:
        """Look again after a while that doubles with every look in vain."""
        looks = order.payment.looks
        delay = self.interval * min(2 ** min(looks, 10), MAX_BACKOFF)
        try:
            await self.orders.save(
                order.with_payment(
                    look_at=now() + timedelta(seconds=delay), looks=looks + 1, **changes
                )
            )
        except VersionConflictError:
            return  # then whoever changed it has said when to look
