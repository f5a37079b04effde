"""Charging an order's card, once."""

import asyncio
import logging
from collections import Counter
from datetime import datetime, timedelta

from starlette.requests import Request

from ticketing_common.errors import (
    ServiceUnavailableError,
    VersionConflictError,
)
from ticketing_common.store import Store
from ticketing_common.store.retry import retrying
from ticketing_common.timing import Timing
from ticketing_common.tracing import spans
from ticketing_common.types import cents, now
from ticketing_payments.errors import LostLeaseError, NothingChargedError, PaymentUnknownError
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.gateway import (
    CardDeclinedError,
    IntentStatus,
    RefusedError,
    StripeFailedError,
    StripeGateway,
    StripeUnavailableError,
)
from ticketing_payments.gateway.objects import TRY_ANOTHER
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.outcomes import (
    Decisive,
    NotCharged,
    Succeeded,
    Unknown,
    decide,
    name_of,
    outcome_of,
)
from ticketing_payments.payable import require_payable

logger = logging.getLogger(__name__)


class Cashier:
    """Takes an order's payment, talks to Stripe, and writes down what came of it."""

    def __init__(
        self, orders: Store[Order], ledger: Ledger, gateway: StripeGateway, timing: Timing
    ) -> None:
        self.orders = orders
        self.ledger = ledger
        self.gateway = gateway
        self.timing = timing
        self.outcomes: Counter[str] = Counter()  # of what was decided here

    def take(self, order: Order) -> Order:
        """The order as it has to be saved before its card is charged.

        Raises `BadRequestError` where it can't be paid (now).
        """
        require_payable(order, self.payable_until(order))
        return order.charging(lease_until=now() + timedelta(seconds=self.timing.lease))

    async def charge(self, order: Order, token: str, email: str | None = None) -> Order:
        """The order, which was just taken, once its payment is decided; see its `payment` for how.
        Stripe sends its receipt to `email`.

        Raises `NothingChargedError`, after which one may try again at once, and
        `PaymentUnknownError` where it is not known whether the card was charged.
        """
        assert order.payment.lease_until is not None  # noqa: S101 - set when it was taken
        left = (order.payment.lease_until - now()).total_seconds()
        try:
            with spans.span("charge", joins=order.traceparent):
                async with asyncio.timeout(left):
                    return await self._pay(order, token, email)
        except NothingChargedError:
            raise
        except (ServiceUnavailableError, VersionConflictError) as error:
            raise PaymentUnknownError from error.__cause__ or error
        except TimeoutError as error:
            raise PaymentUnknownError from error

    async def _pay(self, order: Order, token: str, email: str | None) -> Order:
        try:
            order, outcome = await self._charge(order, token, email)
            if isinstance(outcome, Succeeded):
                await self.ledger.charged(order, outcome.charge_id)
            return await self._settle(order, outcome)
        except LostLeaseError:
            return await self.orders.get(order.id)

    def payable_until(self, order: Order) -> datetime:
        """The last moment at which a payment may start."""
        return order.expires_at - timedelta(seconds=self.timing.payment_cutoff)

    async def _charge(self, order: Order, token: str, email: str | None) -> tuple[Order, Decisive]:
        """What came of it, and the order with what was written down of it on the way."""
        try:
            found = await self._stored_intent(order)
            if isinstance(found, Succeeded):
                return order, found
            order = found if found.payment.intent_id else await self._create_intent(found)
            return order, await self._confirm(order, token, email)
        except CardDeclinedError as declined:
            order = await self._write(order, declines=order.payment.declines + 1)
            return order, NotCharged(str(declined))
        except RefusedError as refused:
            logger.warning("Stripe refused", extra={"order": order.id, "reason": refused.code})
            return order, NotCharged(TRY_ANOTHER)

    async def _stored_intent(self, order: Order) -> Order | Succeeded:
        """An intent of an earlier try may have succeeded since, or be no good any more."""
        if order.payment.intent_id is None:
            return order
        intent = await self.gateway.retrieve(order.payment.intent_id)
        outcome = outcome_of(intent)
        if outcome is None or isinstance(outcome, Unknown):
            raise StripeUnavailableError
        if isinstance(outcome, Succeeded):
            return outcome
        if intent.status == IntentStatus.CANCELED:
            return await self._renumber(order)
        return order

    async def _create_intent(self, order: Order) -> Order:
        number, amount = order.payment.intent_number, cents(order.price)
        try:
            intent = await self.gateway.create(order.id, number, amount)
        except StripeUnavailableError as error:
            # It may have been made all the same, and can't charge anyone: only we could confirm it.
            if isinstance(error, StripeFailedError):
                await self._renumber(order)  # or Stripe would repeat its answer for this key
            settled = await self._settle(order, NotCharged(NothingChargedError.message))
            raise (LostLeaseError if settled.cancelled else NothingChargedError) from error
        except RefusedError:
            await self._renumber(order)
            raise
        return await self._write(order, intent_id=intent.id)

    async def _renumber(self, order: Order) -> Order:
        """The next intent is another one, under a key of its own."""
        number = order.payment.intent_number + 1
        return await self._write(order, intent_id=None, intent_number=number)

    async def _confirm(self, order: Order, token: str, email: str | None) -> Decisive:
        payment = order.payment
        assert payment.intent_id is not None  # noqa: S101 - stored just before
        assert payment.lease_until is not None  # noqa: S101 - set when it was taken
        left = payment.lease_until - now()
        if left < timedelta(seconds=self.gateway.timeout):
            raise StripeUnavailableError  # the answer could come after the lease has run out
        try:
            intent = await self.gateway.confirm(
                payment.intent_id, token, order.id, payment.attempt, email
            )
        except CardDeclinedError:
            raise
        except RefusedError:
            # An earlier try, given up as lost, may have landed in between.
            intent = await self.gateway.retrieve(payment.intent_id)
            if isinstance(outcome_of(intent), NotCharged):
                raise
        outcome = outcome_of(intent)
        if outcome is None or isinstance(outcome, Unknown):
            raise StripeUnavailableError
        return outcome

    async def _write(self, order: Order, **changes: object) -> Order:
        """Change our own payment's fields; raise `LostLeaseError` where it is ours no more."""

        def write(current: Order) -> Order:
            self._require_mine(current, order)
            return current.with_payment(**changes)

        return await retrying(lambda: self.orders.change(order.id, write))

    async def _settle(self, order: Order, outcome: Decisive) -> Order:
        def settle(current: Order) -> Order:
            # A charge nobody knows of is a fact, whoever holds the lease by now.
            if not isinstance(outcome, Succeeded) or current.payment.charge_id is not None:
                self._require_mine(current, order)
            return decide(current, outcome, now())

        settled = await retrying(lambda: self.orders.change(order.id, settle, payment_created))
        self.outcomes[name_of(outcome)] += 1
        return settled

    def _require_mine(self, current: Order, order: Order) -> None:
        held = current.payment.status, current.payment.attempt
        if held != (PaymentStatus.CHARGING, order.payment.attempt):
            raise LostLeaseError


def cashier_of(request: Request) -> Cashier:
    cashier: Cashier = request.app.state.cashier
    return cashier
