"""What Stripe calls a change of an object (docs.stripe.com/api/events/types)."""

from collections.abc import Iterator
from typing import Any

from ticketing_stripe_fake.objects import Charge, Dispute, PaymentIntent, Refund, StripeObject

_OF_STATUS = {
    "requires_action": "payment_intent.requires_action",
    "processing": "payment_intent.processing",
    "succeeded": "payment_intent.succeeded",
    "canceled": "payment_intent.canceled",
}
_CLOSED = {"won", "lost", "warning_closed"}


def names(before: Any, after: StripeObject) -> Iterator[str]:
    """The types of the events that tell of it; `before` is None for a new object."""
    if isinstance(after, PaymentIntent):
        yield from _of_intent(before, after)
    elif isinstance(after, Charge):
        yield from _of_charge(before, after)
    elif isinstance(after, Refund):
        yield from _of_refund(before, after)
    elif isinstance(after, Dispute):
        yield from _of_dispute(before, after)


def tells_what_changed(name: str) -> bool:
    """Whether the event has `previous_attributes`."""
    return name.endswith((".updated", "charge.refunded"))


def _of_intent(before: PaymentIntent | None, after: PaymentIntent) -> Iterator[str]:
    if before is None:
        yield "payment_intent.created"
    if (before is None or before.status != after.status) and after.status in _OF_STATUS:
        yield _OF_STATUS[after.status]
    failed = after.status == "requires_payment_method" and after.latest_charge is not None
    if failed and (before is None or before.latest_charge != after.latest_charge):
        yield "payment_intent.payment_failed"


def _of_charge(before: Charge | None, after: Charge) -> Iterator[str]:
    if before is None:
        yield f"charge.{after.status}"
    elif after.amount_refunded > before.amount_refunded:
        yield "charge.refunded"


def _of_refund(before: Refund | None, after: Refund) -> Iterator[str]:
    if before is None:
        yield "refund.created"
        return
    yield "refund.updated"
    yield "charge.refund.updated"
    if after.status == "failed":
        yield "refund.failed"


def _of_dispute(before: Dispute | None, after: Dispute) -> Iterator[str]:
    if before is None:
        yield "charge.dispute.created"
    else:
        yield f"charge.dispute.{'closed' if after.status in _CLOSED else 'updated'}"
    if after.withdrawal and (before is None or not before.withdrawal):
        yield "charge.dispute.funds_withdrawn"
    if after.reinstatement and (before is None or not before.reinstatement):
        yield "charge.dispute.funds_reinstated"
