"""Stripe's test cards (docs.stripe.com/testing), by number and by token.

`tok_visa` and `pm_card_visa` name the same card, and so on for every alias.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

RefundBehaviour: TypeAlias = Literal["succeeds", "pends", "fails_later"]


@dataclass(frozen=True, slots=True)
class Decline:
    code: str
    decline_code: str
    message: str
    param: str | None = None
    type: str = "card_error"
    blocked: bool = False
    """Refused by Stripe itself, before the network."""


@dataclass(frozen=True, slots=True)
class Card:
    number: str
    brand: str = "visa"
    funding: str = "credit"
    decline: Decline | None = None
    authentication: bool = False
    """3-D Secure is required before the card can be charged."""
    refund: RefundBehaviour = "succeeds"
    dispute: str | None = None
    """The reason for which its holder disputes every charge, after a while."""
    inquiry: bool = False
    """The bank only asks at first: no money is withdrawn."""

    @property
    def last4(self) -> str:
        return self.number[-4:]


def _declined(decline_code: str, message: str = "Your card was declined.") -> Decline:
    return Decline("card_declined", decline_code, message)


GENERIC = _declined("generic_decline")
INSUFFICIENT = _declined("insufficient_funds", "Your card has insufficient funds.")
LOST, STOLEN = _declined("lost_card"), _declined("stolen_card")
VELOCITY = _declined(
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount "
    "limit.",
)
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.", "exp_month")
WRONG_CVC = Decline(
    "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.", "cvc"
)
PROCESSING = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
)
FRAUDULENT = Decline("card_declined", "fraudulent", "Your card was declined.", blocked=True)

_CARDS: tuple[tuple[Card, str], ...] = (
    (Card("4242424242424242"), "visa us"),
    (Card("4000056655665556", funding="debit"), "visa_debit"),
    (Card("5555555555554444", "mastercard"), "mastercard"),
    (Card("5200828282828210", "mastercard", "debit"), "mastercard_debit"),
    (Card("5105105105105100", "mastercard", "prepaid"), "mastercard_prepaid"),
    (Card("378282246310005", "amex"), "amex"),
    (Card("6011111111111117", "discover"), "discover"),
    (Card("3056930009020004", "diners"), "diners"),
    (Card("3566002020360505", "jcb"), "jcb"),
    (Card("6200000000000005", "unionpay"), "unionpay"),
    (Card("4000000000000077"), "bypassPending"),
    (Card("4000000000009235"), "riskLevelElevated"),
    (Card("4000000000000002", decline=GENERIC), "chargeDeclined visa_chargeDeclined"),
    (
        Card("4000000000009995", decline=INSUFFICIENT),
        "chargeDeclinedInsufficientFunds visa_chargeDeclinedInsufficientFunds",
    ),
    (
        Card("4000000000009987", decline=LOST),
        "chargeDeclinedLostCard visa_chargeDeclinedLostCard",
    ),
    (
        Card("4000000000009979", decline=STOLEN),
        "chargeDeclinedStolenCard visa_chargeDeclinedStolenCard",
    ),
    (
        Card("4000000000006975", decline=VELOCITY),
        "chargeDeclinedVelocityLimitExceeded visa_chargeDeclinedVelocityLimitExceeded",
    ),
    (
        Card("4000000000000069", decline=EXPIRED),
        "chargeDeclinedExpiredCard visa_chargeDeclinedExpiredCard",
    ),
    (
        Card("4000000000000127", decline=WRONG_CVC),
        "chargeDeclinedIncorrectCvc visa_chargeDeclinedIncorrectCvc",
    ),
    (
        Card("4000000000000119", decline=PROCESSING),
        "chargeDeclinedProcessingError visa_chargeDeclinedProcessingError",
    ),
    (
        Card("4100000000000019", decline=FRAUDULENT),
        "chargeDeclinedFraudulent visa_chargeDeclinedFraudulent radarBlock",
    ),
    (Card("4000000000004954", decline=FRAUDULENT), "riskLevelHighest"),
    (Card("4000000000000101", decline=WRONG_CVC), "cvcCheckFail"),
    (Card("4000000000000341", decline=GENERIC), "chargeCustomerFail"),
    (
        Card("4000000000003220", authentication=True),
        "threeDSecure2Required threeDSecureRequired authenticationRequired",
    ),
    (
        Card("4000008400001629", authentication=True, decline=GENERIC),
        "threeDSecureRequiredChargeDeclined",
    ),
    (
        Card("4000008260003178", authentication=True, decline=INSUFFICIENT),
        "authenticationRequiredChargeDeclinedInsufficientFunds",
    ),
    (Card("4000000000003055"), "threeDSecureOptional"),
    (Card("4000000000007726", refund="pends"), "pendingRefund"),
    (Card("4000000000005126", refund="fails_later"), "refundFail"),
    (Card("4000000000000259", dispute="fraudulent"), "createDispute"),
    (
        Card("4000000000002685", dispute="product_not_received"),
        "createDisputeProductNotReceived",
    ),
    (
        Card("4000000000001976", dispute="fraudulent", inquiry=True),
        "createDisputeInquiry",
    ),
)

BY_NUMBER = {card.number: card for card, _ in _CARDS}
_BY_ALIAS = {alias: card for card, aliases in _CARDS for alias in aliases.split()}


def by_token(token: str) -> Card | None:
    """The card of a reusable test token such as `tok_visa`."""
    return _BY_ALIAS.get(token.removeprefix("tok_")) if token.startswith("tok_") else None


def by_payment_method(id: str) -> Card | None:
    """The card of a reusable test payment method such as `pm_card_visa`."""
    alias = id.removeprefix("pm_card_")
    return _BY_ALIAS.get(alias) if id.startswith("pm_card_") else None
