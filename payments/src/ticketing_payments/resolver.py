"""One look at one order: what Stripe knows of its intent, and what follows by the two tables."""

from collections import Counter
from datetime import timedelta

from ticketing_common.store import Store
from ticketing_common.tracing import spans
from ticketing_common.types import now
from ticketing_payments.cases import Cases
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.gateway import (
    Intent,
    NotFoundAtStripeError,
    StripeGateway,
    WrongModeError,
)
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.case import CaseKind
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.outcomes import (
    ActionRequired,
    Decisive,
    IntentCanceled,
    NotCharged,
    Succeeded,
    Unknown,
    amount_differs,
    decide,
    name_of,
    outcome_of,
)
from ticketing_payments.refunder import Refunder
from ticketing_payments.schedule import Schedule

PATIENCE = timedelta(days=1)  # a card's charge takes Stripe seconds

UNDECIDED = frozenset({PaymentStatus.NONE, PaymentStatus.CHARGING, PaymentStatus.SETTLED})


class Resolver:
    """Whoever loses a compare-and-set here (`VersionConflictError`) leaves the order to the next
    look, which decides again from what is stored then."""

    def __init__(
        self,
        orders: Store[Order],
        ledger: Ledger,
        gateway: StripeGateway,
        cases: Cases,
        schedule: Schedule,
    ) -> None:
        self.outcomes: Counter[str] = Counter()  # of what was decided here
        self.orders = orders
        self.ledger = ledger
        self.gateway = gateway
        self.cases = cases
        self.refunder = Refunder(orders, ledger, gateway, cases, schedule)

    async def step(self, order: Order) -> bool:
        """Take it one step further; False where there is nothing new, and it is to wait."""
        intent_id = order.payment.intent_id
        if intent_id is None:
            return await self._without_intent(order)
        try:
            intent = await self.gateway.retrieve(intent_id)
        except WrongModeError:
            await self.cases.open(CaseKind.WRONG_MODE, intent_id, order.id)
            raise
        except NotFoundAtStripeError:
            said = "Stripe has no such intent: is this the account that it was made in?"
            await self.cases.open(CaseKind.UNKNOWN_INTENT, intent_id, order.id, said)
            raise
        if order.payment.status not in UNDECIDED:
            return await self.refunder.step(order, intent)
        outcome = outcome_of(intent)
        if isinstance(outcome, Unknown):
            await self.cases.open(CaseKind.UNKNOWN_INTENT, intent_id, order.id, outcome.status)
            return False
        if outcome is None:
            if now() > order.expires_at + PATIENCE:
                said = f"still {intent.status} long after the order's time"
                await self.cases.open(CaseKind.UNKNOWN_INTENT, intent_id, order.id, said)
            return False
        return await self._resolve(order, intent, outcome)

    async def _without_intent(self, order: Order) -> bool:
        """Nothing was ever confirmed; or the base system charged it, which kept no intent's id."""
        payment = order.payment
        if payment.status in UNDECIDED:
            await self._decide(order, NotCharged(payment.message))
            return True
        subject, said = payment.charge_id or order.id, "brought over: only Stripe's dashboard tells"
        await self.cases.open(CaseKind.UNKNOWN_INTENT, subject, order.id, said)
        return False

    async def _resolve(self, order: Order, intent: Intent, outcome: Decisive) -> bool:
        if isinstance(outcome, Succeeded):
            return await self._charged(order, intent, outcome)
        if order.cancelled:
            if not isinstance(outcome, IntentCanceled):
                await self.gateway.cancel(intent.id)
            await self._decide(order, IntentCanceled())
            return True
        if isinstance(outcome, NotCharged) and order.payment.status == PaymentStatus.CHARGING:
            # Its confirmation may be on its way still, as Stripe gives banks more time than we
            # wait for: canceled, it can't charge whoever is told that it did not.
            await self.gateway.cancel(intent.id)
            outcome = IntentCanceled(outcome.message)
        asking = isinstance(outcome, ActionRequired)
        if asking and order.payment.status == PaymentStatus.NONE and order.payment.client_secret:
            return False
        await self._decide(order, outcome)
        return True

    async def _charged(self, order: Order, intent: Intent, outcome: Succeeded) -> bool:
        await self.ledger.charged(order, outcome.charge_id)
        if amount_differs(order, intent):
            said = f"{intent.amount} cents at Stripe, {order.price} dollars here"
            await self.cases.open(CaseKind.AMOUNT_DIFFERS, intent.id, order.id, said)
        order = await self._decide(order, outcome)
        if order.payment.status == PaymentStatus.REFUND_DUE:
            await self.refunder.step(order, intent)
        return True

    async def _decide(self, order: Order, outcome: Decisive) -> Order:
        decided = decide(order, outcome, now())
        with spans.span("decide", joins=order.traceparent):
            saved = await self.orders.save(decided, payment_created(decided))
        self.outcomes[name_of(outcome)] += 1
        return saved
