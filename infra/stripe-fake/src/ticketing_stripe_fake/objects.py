"""What the ledger keeps. Frozen: an endpoint replaces objects, and all of it is kept or none."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

IntentStatus: TypeAlias = Literal[
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "succeeded",
    "canceled",
]
RefundStatus: TypeAlias = Literal["pending", "succeeded", "failed"]
DisputeStatus: TypeAlias = Literal[
    "needs_response",
    "under_review",
    "won",
    "lost",
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
]


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
    livemode: bool = False


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
    disputed: bool = False
    livemode: bool = False

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
    failure_balance_transaction: str | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    id: str
    created: int
    amount: int
    currency: str
    charge: str
    payment_intent: str
    card: str
    """The test card's number."""
    reason: str
    status: DisputeStatus
    withdrawal: str | None = None
    """The balance transaction that took the amount and Stripe's fee; an inquiry has none."""
    reinstatement: str | None = None
    """The one that gave the amount back, once it was won."""
    ended: int | None = None
    livemode: bool = False

    @property
    def refundable(self) -> bool:
        """What was charged back is not, unless the bank gave it back; an inquiry is."""
        return self.inquiry or self.status == "won"

    @property
    def inquiry(self) -> bool:
        return self.status.startswith("warning")


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    id: str
    created: int
    card: str
    """The test card's number."""
    metadata: dict[str, str] = field(default_factory=dict)
    used: bool = False
    """Charged once: without a customer it can't be charged again."""
    livemode: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    id: str
    created: int
    card: str
    used: bool = False
    livemode: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to an object, which it keeps as it was then."""

    id: str
    created: int
    type: str
    kind: str
    """The class of its subject."""
    subject: Any
    before: Any = None
    """The subject before, where that is part of the news."""
    request_id: str | None = None
    idempotency_key: str | None = None
    pending: bool = False
    """It was not delivered yet."""

    def __post_init__(self) -> None:
        for name in ("subject", "before"):
            stored = getattr(self, name)
            if isinstance(stored, dict):  # it comes from the storage
                object.__setattr__(self, name, SUBJECTS[self.kind](**stored))


StripeObject: TypeAlias = PaymentIntent | Charge | Refund | Dispute | PaymentMethod | Token | Event

SUBJECTS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (PaymentIntent, Charge, Refund, Dispute)
}
"""What events tell of."""

NAMES: dict[type[Any], str] = {
    PaymentIntent: "payment_intent",
    Charge: "charge",
    Refund: "refund",
    Dispute: "dispute",
    PaymentMethod: "PaymentMethod",
    Token: "token",
    Event: "event",
}
"""What an error message calls each kind."""
