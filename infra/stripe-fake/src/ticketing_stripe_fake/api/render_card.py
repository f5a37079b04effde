"""Payment methods and tokens as Stripe's JSON, and the card inside them."""

from typing import Any, TypeAlias

from ticketing_stripe_fake.cards import BY_NUMBER, Card
from ticketing_stripe_fake.objects import PaymentMethod, Token

Json: TypeAlias = dict[str, Any]

_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
BILLING = {"address": _ADDRESS, "email": None, "name": None, "phone": None, "tax_id": None}
CHECKS = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}
_EXPIRY = {"exp_month": 12, "exp_year": 2034}


def payment_method(method: PaymentMethod) -> Json:
    card = BY_NUMBER[method.card]
    return {
        "id": method.id,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": BILLING,
        "card": {
            **card_details(card),
            "checks": CHECKS,
            "display_brand": card.brand,
            "generated_from": None,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": method.created,
        "customer": None,
        "customer_account": None,
        "livemode": method.livemode,
        "metadata": method.metadata,
        "type": "card",
    }


def token(token: Token) -> Json:
    card = BY_NUMBER[token.card]
    return {
        "id": token.id,
        "object": "token",
        "card": {
            "id": token.id.replace("tok_", "card_"),
            "object": "card",
            **card_details(card),
            "brand": card.brand.title(),
            "cvc_check": "unchecked",
            "metadata": {},
            "name": None,
        },
        "client_ip": None,
        "created": token.created,
        "livemode": token.livemode,
        "type": "card",
        "used": token.used,
    }


def card_details(card: Card) -> Json:
    return {
        "brand": card.brand,
        "country": "US",
        **_EXPIRY,
        "fingerprint": f"fake{card.number[-12:]}",
        "funding": card.funding,
        "last4": card.last4,
    }
