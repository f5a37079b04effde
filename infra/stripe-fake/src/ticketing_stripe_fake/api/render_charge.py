"""Charges as Stripe's JSON, with the outcome the network or Stripe itself gave them."""

from typing import Any, TypeAlias

from ticketing_stripe_fake.api.render_card import BILLING, CHECKS, card_details
from ticketing_stripe_fake.cards import BY_NUMBER
from ticketing_stripe_fake.objects import Charge

Json: TypeAlias = dict[str, Any]

STATEMENT_PREFIX = "TKT"
"""What the account's charges are called on a card's statement."""


def charge(charge: Charge) -> Json:
    return {
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": charge.amount_captured,
        "amount_refunded": charge.amount_refunded,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": charge.balance_transaction,
        "billing_details": BILLING,
        "calculated_statement_descriptor": _descriptor(charge),
        "captured": charge.succeeded,
        "created": charge.created,
        "currency": charge.currency,
        "customer": None,
        "description": charge.description,
        "disputed": charge.disputed,
        "failure_balance_transaction": None,
        "failure_code": charge.failure_code,
        "failure_message": charge.failure_message,
        "fraud_details": {},
        "livemode": charge.livemode,
        "metadata": charge.metadata,
        "on_behalf_of": None,
        "outcome": _outcome(charge),
        "paid": charge.succeeded,
        "payment_intent": charge.payment_intent,
        "payment_method": charge.payment_method,
        "payment_method_details": {"card": _charged_card(charge), "type": "card"},
        "receipt_email": charge.receipt_email,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": charge.succeeded and charge.refundable == 0,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": charge.statement_descriptor_suffix,
        "status": charge.status,
        "transfer": None,
        "transfer_data": None,
        "transfer_group": None,
    }


def _descriptor(charge: Charge) -> str:
    suffix = charge.statement_descriptor_suffix
    return f"{STATEMENT_PREFIX}* {suffix.upper()}" if suffix else STATEMENT_PREFIX


def _charged_card(charge: Charge) -> Json:
    card = BY_NUMBER[charge.card]
    return {
        **card_details(card),
        "amount_authorized": charge.amount if charge.succeeded else None,
        "authorization_code": None,
        "checks": CHECKS,
        "installments": None,
        "mandate": None,
        "network": card.brand,
        "regulated_status": "unregulated",
        "setup_credential_usage": None,
        "stored_credential_usage": None,
        "three_d_secure": None,
        "wallet": None,
    }


def _outcome(charge: Charge) -> Json:
    decline = BY_NUMBER[charge.card].decline
    outcome: Json = {"advice_code": None, "network_decline_code": None, "rule": None}
    if charge.succeeded:
        return outcome | {
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    if decline and decline.blocked:
        return outcome | {
            "network_status": "not_sent_to_network",
            "reason": "highest_risk_level",
            "risk_level": "highest",
            "seller_message": "Stripe blocked this payment as too risky.",
            "type": "blocked",
        }
    return outcome | {
        "network_status": "declined_by_network",
        "reason": charge.decline_code,
        "risk_level": "normal",
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }
