"""What Stripe's webhooks say, once it is sure that Stripe says it."""

from dataclasses import dataclass
from typing import Any

import orjson
import stripe

from ticketing_common.errors import BadRequestError
from ticketing_payments.gateway.objects import StripeObject

TOLERANCE = 300  # seconds since it was signed; a retry is signed anew

MONEY_EVENTS = frozenset(
    {
        "charge.refunded",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.refund.updated",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
    }
)

_CHARGE = {"payment_intent": "latest_charge"}  # the field of its charge, by object


class ForgedError(BadRequestError):
    message = "The signature does not match"


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """What it is about; `order_id` where the object says so itself. What became of it is read
    from Stripe: an event may be late, repeated, or overtaken by a later one."""

    type: str
    intent_id: str | None
    charge_id: str | None
    order_id: str | None
    live: bool

    @property
    def about_intent(self) -> bool:
        return self.type.startswith("payment_intent.")

    @property
    def about_money(self) -> bool:
        """About a charge that there was: its refunds and disputes."""
        return self.type in MONEY_EVENTS

    @property
    def charged(self) -> bool:
        return self.about_money or self.type == "payment_intent.succeeded"


def event_of(body: bytes, signature: str | None, secrets: tuple[str, ...]) -> StripeEvent:
    """Raises `ForgedError` for what none of the secrets has signed, or long ago, and
    `BadRequestError` for what is signed and no event."""
    if not any(_signed(body, signature, secret) for secret in secrets):
        raise ForgedError
    try:
        return _event(orjson.loads(body))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise BadRequestError("The request body must be an event of Stripe's") from None


def _signed(body: bytes, signature: str | None, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE))
    except (stripe.SignatureVerificationError, ValueError):  # ValueError: it is no UTF-8
        return False


def _event(found: dict[str, Any]) -> StripeEvent:
    about: StripeObject = found["data"]["object"]
    kind = about["object"]
    return StripeEvent(
        type=found["type"],
        intent_id=about["id"] if kind == "payment_intent" else _id(about.get("payment_intent")),
        charge_id=_id(about if kind == "charge" else about.get(_CHARGE.get(kind, "charge"))),
        order_id=(about.get("metadata") or {}).get("order"),
        live=bool(found["livemode"]),
    )


def _id(related: Any) -> str | None:
    """Of an object that may be there in full, too."""
    id: str | None = related["id"] if isinstance(related, dict) else related
    return id
