"""`expand[]`: related objects in place of their ids (docs.stripe.com/api/expanding_objects)."""

from collections.abc import Callable, Iterable
from typing import Any

from ticketing_stripe_fake.api import render, render_card, render_charge
from ticketing_stripe_fake.api.operation import Json
from ticketing_stripe_fake.errors import StripeError
from ticketing_stripe_fake.ledger import Transaction
from ticketing_stripe_fake.objects import Charge, PaymentIntent, PaymentMethod, Refund

_KINDS: dict[str, tuple[type[Any], Callable[[Any], Json]]] = {
    "charge": (Charge, render_charge.charge),
    "latest_charge": (Charge, render_charge.charge),
    "payment_intent": (PaymentIntent, render.payment_intent),
    "payment_method": (PaymentMethod, render_card.payment_method),
}
_EXPANDABLE = {
    "payment_intent": {"latest_charge", "payment_method"},
    "charge": {"payment_intent", "refunds"},
    "refund": {"charge", "payment_intent"},
    "dispute": {"charge", "payment_intent"},
}


def expand(transaction: Transaction, json: Json, paths: Iterable[str]) -> None:
    """Changes `json` in place. Raises StripeError 400 for what can't be expanded."""
    for path in paths:
        _expand(transaction, json, path.split("."), path)


def _expand(transaction: Transaction, json: Json, steps: list[str], path: str) -> None:
    first, *rest = steps
    if json.get("object") == "list" and first == "data" and rest:
        for item in json["data"]:
            _expand(transaction, item, rest, path)
        return
    if first not in _EXPANDABLE.get(json.get("object", ""), ()):
        raise StripeError(400, f"This property cannot be expanded ({path}).", param="expand")
    if first == "refunds":
        json["refunds"] = _refunds(transaction, json["id"])
    elif isinstance(json[first], str):
        kind, rendered = _KINDS[first]
        json[first] = rendered(transaction.get(kind, json[first]))
    if rest and json[first] is not None:
        _expand(transaction, json[first], rest, path)


def _refunds(transaction: Transaction, charge: str) -> Json:
    refunds = transaction.owned_by(Refund, charge)
    return {
        "object": "list",
        "data": [render.refund(refund) for refund in reversed(refunds)],
        "has_more": False,
        "url": f"/v1/charges/{charge}/refunds",
    }
