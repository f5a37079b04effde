"""What becomes of an undecided payment when Stripe has spoken: the table of states.

Rows are what is stored, `live` and `cancelled` the order; columns what Stripe's intent says.

| payment is | order is | succeeded | not charged | action required | canceled |
|---|---|---|---|---|---|
| none | live | charged, told | none | none, asks, look | none, new intent |
| charging | live | charged, told | none | none, asks, look | none, new intent |
| none | cancelled | refund_due, look | settled, look | settled, look | settled |
| charging | cancelled | refund_due, look | settled, look | settled, look | settled |
| settled | cancelled | refund_due, look | settled, look | settled, look | settled |

"look" is: again at once, by the recovery loop. A cancelled order's intent is looked at until it is
canceled or its charge has gone back: a confirmation that was lost on its way may still charge it.
Nor may it charge a live order that counts as not charged by then: a look at a charging one cancels
the intent first. While Stripe is still at it (`None`), or says what we do not know (`Unknown`),
nothing is decided. What becomes of a decided payment is in `returns`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ticketing_common.types import cents
from ticketing_payments.gateway import Intent, IntentStatus
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.watch import Watch


@dataclass(frozen=True, slots=True)
class Succeeded:
    charge_id: str


@dataclass(frozen=True, slots=True)
class NotCharged:
    """Declined, or never confirmed; the intent may still be used."""

    message: str | None = None


@dataclass(frozen=True, slots=True)
class ActionRequired:
    """The buyer has to authenticate with their bank before the charge goes through."""

    client_secret: str | None


@dataclass(frozen=True, slots=True)
class IntentCanceled:
    """The intent is dead: another try needs another one."""

    message: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """No rule of ours knows this state: it may have charged."""

    status: str


Decisive = Succeeded | NotCharged | ActionRequired | IntentCanceled
Outcome = Decisive | Unknown
NAMES: dict[type[Decisive], str] = {
    Succeeded: "succeeded",
    NotCharged: "not_charged",
    ActionRequired: "action_required",
    IntentCanceled: "canceled",
}


def name_of(outcome: Decisive) -> str:
    """For whoever counts them."""
    return NAMES[type(outcome)]


def outcome_of(intent: Intent) -> Outcome | None:
    """What an intent's state says; None while Stripe is still at it."""
    match intent.status:
        case IntentStatus.SUCCEEDED:
            assert intent.charge_id is not None  # noqa: S101 - a success has its charge
            return Succeeded(intent.charge_id)
        case IntentStatus.CANCELED:
            return IntentCanceled()
        case IntentStatus.REQUIRES_ACTION:
            return ActionRequired(intent.client_secret)
        case IntentStatus.REQUIRES_PAYMENT_METHOD | IntentStatus.REQUIRES_CONFIRMATION:
            return NotCharged(intent.message)
        case IntentStatus.PROCESSING:
            return None
        case _:
            return Unknown(intent.status)


def decide(order: Order, outcome: Decisive, at: datetime) -> Order:
    """The order after an outcome, one version on."""
    if order.cancelled:
        return order.with_payment(**_too_late(order, outcome, at))
    return order.with_payment(**_in_time(order, outcome, at))


def _in_time(order: Order, outcome: Decisive, at: datetime) -> dict[str, Any]:
    idle = {
        "status": PaymentStatus.NONE,
        "lease_until": None,
        "client_secret": None,
        "look_at": None,
        "looks": 0,
        "watch": None,  # there is no charge that anything could become of
    }
    match outcome:
        case Succeeded(charge_id):
            charged = {"status": PaymentStatus.CHARGED, "charge_id": charge_id, "charged_at": at}
            return {**idle, **charged, "watch": _due(order.payment.watch, at)}
        case NotCharged(message):
            return {**idle, "message": message}
        case ActionRequired(client_secret):
            return {**idle, "client_secret": client_secret, "look_at": at}
        case IntentCanceled(message):
            number = order.payment.intent_number + 1
            fresh = {"intent_id": None, "intent_number": number}
            return {**idle, **fresh, "message": message}


def _due(watch: Watch | None, at: datetime) -> Watch | None:
    """What was heard before there was a decision is looked at now."""
    return watch.model_copy(update={"at": at}) if watch and watch.at else watch


def _too_late(order: Order, outcome: Decisive, at: datetime) -> dict[str, Any]:
    settled = {
        "status": PaymentStatus.SETTLED,
        "lease_until": None,
        "client_secret": None,
        "look_at": at if order.payment.intent_id else None,
        "looks": 0,
        "watch": None,
    }
    match outcome:
        case Succeeded(charge_id):
            due = {"status": PaymentStatus.REFUND_DUE, "charge_id": charge_id, "look_at": at}
            return {**settled, **due, "refund_due_since": at}
        case NotCharged(message):
            return {**settled, "message": message}
        case ActionRequired():
            return settled
        case IntentCanceled():
            return {**settled, "look_at": None}


def after_cancel(order: Order, at: datetime) -> Order | None:
    """A cancelled order's next step, where nobody is at it; None where there is none.

    | payment is | becomes |
    |---|---|
    | none | settled, look |
    | charging | - |
    | charged | refund_due, look |
    | refund_due | - |
    | refunded | - |
    | settled | - |
    """
    payment = order.payment
    if not order.cancelled:
        return None
    if payment.status == PaymentStatus.CHARGED:
        return order.with_payment(
            status=PaymentStatus.REFUND_DUE, refund_due_since=at, look_at=at, looks=0
        )
    if payment.status == PaymentStatus.NONE:
        return decide(order, NotCharged(payment.message), at)
    return None


def amount_differs(order: Order, intent: Intent) -> bool:
    return intent.amount != cents(order.price)
