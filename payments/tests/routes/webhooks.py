"""Stripe's webhook, as Stripe calls it."""

from typing import Any

from ticketing_common.types import now
from ticketing_payments.models.order import Order

OLD, NEW = "whsec_old", "whsec_new"
PATH = "/api/payments/webhook"
ALL = [
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.requires_action",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
]


def event_of(kind: str, order: Order) -> dict[str, Any]:
    payment = order.payment
    about: dict[str, Any]
    if kind.startswith("payment_intent."):
        about = {"object": "payment_intent", "id": payment.intent_id}
        about["latest_charge"] = payment.charge_id
        about["metadata"] = {"order": order.id}
    elif kind == "charge.refunded":
        about = {"object": "charge", "id": payment.charge_id, "payment_intent": payment.intent_id}
        about["metadata"] = {"order": order.id}
    else:
        about = {"object": kind.split(".")[-2], "id": "x", "charge": payment.charge_id}
        about |= {"payment_intent": payment.intent_id, "metadata": {}}
    return {"id": "evt_1", "object": "event", "type": kind, "livemode": False} | {
        "data": {"object": about}
    }


def due(order: Order) -> bool:
    watch = order.payment.watch
    at = watch.at if watch and watch.at else order.payment.look_at
    return at is not None and at <= now()
