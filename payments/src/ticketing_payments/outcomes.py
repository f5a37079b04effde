"""What becomes of a payment when Stripe has spoken: the table of states, as one function."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ticketing_payments.gateway import Intent, IntentStatus
from ticketing_payments.models.order import Order, PaymentStatus


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


Outcome = Succeeded | NotCharged | ActionRequired | IntentCanceled


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
        case IntentStatus.PROCESSING:
            return None
        case _:
            return NotCharged(intent.message)


def decide(order: Order, outcome: Outcome, at: datetime) -> Order:
    """The order after an outcome, one version on.

    A cancelled order's intent is looked at until it is cancelled or refunded: a confirmation that
    was lost on its way may still charge it.
    """
    if order.cancelled:
        return order.with_payment(**_too_late(order, outcome, at))
    return order.with_payment(**_in_time(order, outcome, at))


def _in_time(order: Order, outcome: Outcome, at: datetime) -> dict[str, Any]:
    idle = {
        "status": PaymentStatus.NONE,
        "lease_until": None,
        "client_secret": None,
        "look_at": None,
        "looks": 0,
    }
    match outcome:
        case Succeeded(charge_id):
            return {**idle, "status": PaymentStatus.CHARGED, "charge_id": charge_id}
        case NotCharged(message):
            return {**idle, "message": message}
        case ActionRequired(client_secret):
            return {**idle, "client_secret": client_secret, "look_at": at}
        case IntentCanceled():
            number = order.payment.intent_number + 1
            return {**idle, "intent_id": None, "intent_number": number}


def _too_late(order: Order, outcome: Outcome, at: datetime) -> dict[str, Any]:
    settled = {
        "status": PaymentStatus.SETTLED,
        "lease_until": None,
        "client_secret": None,
        "look_at": at if order.payment.intent_id else None,
        "looks": 0,
    }
    match outcome:
        case Succeeded(charge_id):
            due = {"status": PaymentStatus.REFUND_DUE, "charge_id": charge_id, "look_at": at}
            return {**settled, **due}
        case NotCharged(message):
            return {**settled, "message": message}
        case ActionRequired():
            return settled
        case IntentCanceled():
            return {**settled, "look_at": None}


def after_cancel(order: Order, at: datetime) -> Order | None:
    """A cancelled order's next step, where nobody is at it; None where there is none."""
    payment = order.payment
    if not order.cancelled:
        return None
    if payment.status == PaymentStatus.CHARGED:
        return order.with_payment(status=PaymentStatus.REFUND_DUE, look_at=at, looks=0)
    if payment.status == PaymentStatus.NONE:
        return decide(order, NotCharged(payment.message), at)
    return None
