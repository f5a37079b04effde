"""Events as Stripe's JSON: the object as it was when it happened."""

from collections.abc import Callable
from typing import Any, TypeAlias

from ticketing_stripe_fake.api import render, render_charge, render_dispute
from ticketing_stripe_fake.objects import Event

Json: TypeAlias = dict[str, Any]

API_VERSION = "2026-10-28.endive"
_RENDERED: dict[str, Callable[[Any], Json]] = {
    "PaymentIntent": render.payment_intent,
    "Charge": render_charge.charge,
    "Refund": render.refund,
    "Dispute": render_dispute.dispute,
}


def event(event: Event) -> Json:
    rendered = _RENDERED[event.kind]
    now = rendered(event.subject)
    data: Json = {"object": now}
    if event.before is not None:
        before = rendered(event.before)
        names = before | now
        data["previous_attributes"] = {
            name: before.get(name) for name in names if before.get(name) != now.get(name)
        }
    return {
        "id": event.id,
        "object": "event",
        "api_version": API_VERSION,
        "created": event.created,
        "data": data,
        "livemode": now.get("livemode", False),
        "pending_webhooks": int(event.pending),
        "request": {"id": event.request_id, "idempotency_key": event.idempotency_key},
        "type": event.type,
    }
