"""The handful of fields we read of Stripe's objects. Amounts are in cents."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from ticketing_payments.gateway.errors import StripeUnavailableError

StripeObject = dict[str, Any]  # an object as Stripe's JSON has it

T = TypeVar("T")


class IntentStatus(StrEnum):
    """Those that Stripe's library knows; Stripe may say others."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    REQUIRES_CAPTURE = "requires_capture"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


AUTHENTICATION_FAILED = "payment_intent_authentication_failure"  # Stripe's code for it
NOT_AUTHENTICATED = "Your bank did not confirm the payment, so your card was not charged."
TRY_ANOTHER = "The card could not be charged, please try another one"

REFUND_ENDED = frozenset({"failed", "canceled"})  # states in which a refund gives nothing back


@dataclass(frozen=True, slots=True)
class Intent:
    """A PaymentIntent; `amount` is what was charged once it succeeded, `message` why the last try
    charged nothing, `order_id` whose it is."""

    id: str
    status: str
    amount: int
    charge_id: str | None
    client_secret: str | None
    message: str | None
    disputed: bool = False
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    status: str
    amount: int

    @property
    def ended(self) -> bool:
        """It gave nothing back, and never will."""
        return self.status in REFUND_ENDED


@dataclass(frozen=True, slots=True)
class StripeDispute:
    """Over so many cents of a charge. `refundable`: the bank only inquires; the money is still
    ours to give back."""

    id: str
    status: str
    amount: int
    refundable: bool


@dataclass(frozen=True, slots=True)
class Charge:
    """`refunded` is what went back, by refunds that have not failed; `order_id` whose it is."""

    id: str
    amount: int
    refunded: int
    disputed: bool
    succeeded: bool
    order_id: str | None


def parsed(parse: Callable[[StripeObject], T], found: StripeObject) -> T:
    """Raise `StripeUnavailableError` for an answer that is not Stripe's."""
    try:
        return parse(found)
    except (KeyError, AttributeError, TypeError) as error:
        raise StripeUnavailableError from error


def to_intent(found: StripeObject) -> Intent:
    """Raise `KeyError` for a success without a charge: then it is not known what was charged."""
    charge, succeeded = found.get("latest_charge"), found["status"] == IntentStatus.SUCCEEDED
    charge_id = charge["id"] if isinstance(charge, dict) else charge  # expanded or not
    if charge_id is None and succeeded:
        raise KeyError("latest_charge")
    return Intent(
        id=found["id"],
        status=found["status"],
        amount=found["amount_received" if succeeded else "amount"],
        charge_id=charge_id,
        client_secret=found.get("client_secret"),
        message=_for_buyers(found.get("last_payment_error")),
        disputed=isinstance(charge, dict) and bool(charge.get("disputed")),
        order_id=(found.get("metadata") or {}).get("order"),
    )


def _for_buyers(failure: StripeObject | None) -> str | None:
    """Stripe writes for the card's holder in card errors only, and else for developers."""
    if not failure:
        return None
    if failure.get("code") == AUTHENTICATION_FAILED:
        return NOT_AUTHENTICATED
    return failure.get("message") if failure.get("type") == "card_error" else TRY_ANOTHER


def to_refund(found: StripeObject) -> Refund:
    return Refund(id=found["id"], status=found["status"], amount=found["amount"])


def to_dispute(found: StripeObject) -> StripeDispute:
    """One that was `prevented` was blocked, and the charge stands; or it was resolved by giving
    the cardholder the money, which is a loss as any other."""
    status = found["status"]
    if status == "prevented" and sum(each["amount"] for each in found["balance_transactions"]) < 0:
        status = "lost"
    return StripeDispute(
        id=found["id"],
        status=status,
        amount=found["amount"],
        refundable=bool(found.get("is_charge_refundable")),
    )


def to_charge(found: StripeObject) -> Charge:
    return Charge(
        id=found["id"],
        amount=found["amount"],
        refunded=found["amount_refunded"],
        disputed=bool(found["disputed"]),
        succeeded=found["status"] == "succeeded",
        order_id=(found.get("metadata") or {}).get("order"),
    )
