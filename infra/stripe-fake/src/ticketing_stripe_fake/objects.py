"""What the ledger keeps. Frozen: an endpoint replaces objects, and all of it is kept or none."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

IntentStatus: TypeAlias = Literal[
    "requires_payment_method", "requires_confirmation", "requires_action", "succeeded", "canceled"
]
RefundStatus: TypeAlias = Literal["pending", "succeeded", "failed"]


@dataclass(frozen=True, slots=True)
class PaymentIntent:
    id: str
    created: int
    """Unix time in seconds, as every `created` here."""
    amount: int
    """In the currency's smallest unit, as every amount here."""
    currency: str
    client_secret: str
    status: IntentStatus
    capture_method: str
    metadata: dict[str, str] = field(default_factory=dict)
    payment_method: str | None = None
    latest_charge: str | None = None
    amount_received: int = 0
    last_payment_error: dict[str, Any] | None = None
    next_action: dict[str, Any] | None = None
    return_url: str | None = None
    allow_redirects: str | None = "always"
    """None: the caller restricted the payment method types itself."""
    canceled_at: int | None = None
    cancellation_reason: str | None = None
    description: str | None = None
    receipt_email: str | None = None
    statement_descriptor_suffix: str | None = None
    idempotency_key: str | None = None
    """It was created with."""


@dataclass(frozen=True, slots=True)
class Charge:
    id: str
    created: int
    amount: int
    currency: str
    payment_intent: str
    payment_method: str
    card: str
    """The test card's number."""
    status: Literal["succeeded", "failed"]
    metadata: dict[str, str] = field(default_factory=dict)
    amount_refunded: int = 0
    failure_code: str | None = None
    failure_message: str | None = None
    decline_code: str | None = None
    balance_transaction: str | None = None
    description: str | None = None
    receipt_email: str | None = None
    statement_descriptor_suffix: str | None = None

    @property
    def succeeded(self) -> bool:
        return self.status == "succeeded"

    @property
    def amount_captured(self) -> int:
        return self.amount if self.succeeded else 0

    @property
    def refundable(self) -> int:
        return self.amount_captured - self.amount_refunded


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    created: int
    amount: int
    currency: str
    charge: str
    payment_intent: str
    payment_method: str
    status: RefundStatus
    metadata: dict[str, str] = field(default_factory=dict)
    reason: str | None = None
    failure_reason: str | None = None
    balance_transaction: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    id: str
    created: int
    card: str
    """The test card's number."""
    metadata: dict[str, str] = field(default_factory=dict)
    used: bool = False
    """Charged once: without a customer it can't be charged again."""


@dataclass(frozen=True, slots=True)
class Token:
    id: str
    created: int
    card: str
    used: bool = False


StripeObject: TypeAlias = PaymentIntent | Charge | Refund | PaymentMethod | Token

NAMES: dict[type[Any], str] = {
    PaymentIntent: "payment_intent",
    Charge: "charge",
    Refund: "refund",
    PaymentMethod: "PaymentMethod",
    Token: "token",
}
"""What an error message calls each kind."""
