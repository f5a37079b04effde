"""Disputes as Stripe's JSON, with what they do to the account's balance."""

from typing import Any, TypeAlias

from ticketing_stripe_fake.cards import BY_NUMBER
from ticketing_stripe_fake.objects import Dispute

Json: TypeAlias = dict[str, Any]

FEE = 1500
"""What a dispute costs the account in cents, whoever wins."""
DAYS_TO_RESPOND = 8
_NOTHING_SUBMITTED = dict.fromkeys(
    (
        "access_activity_log",
        "billing_address",
        "cancellation_policy",
        "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "customer_communication",
        "customer_email_address",
        "customer_name",
        "customer_purchase_ip",
        "customer_signature",
        "duplicate_charge_documentation",
        "duplicate_charge_explanation",
        "duplicate_charge_id",
        "product_description",
        "receipt",
        "refund_policy",
        "refund_policy_disclosure",
        "refund_refusal_explanation",
        "service_date",
        "service_documentation",
        "shipping_address",
        "shipping_carrier",
        "shipping_date",
        "shipping_documentation",
        "shipping_tracking_number",
        "uncategorized_file",
        "uncategorized_text",
    )
)


def dispute(dispute: Dispute) -> Json:
    submitted = dispute.status.endswith("under_review") or dispute.status == "won"
    return {
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "balance_transactions": _balance(dispute),
        "charge": dispute.charge,
        "created": dispute.created,
        "currency": dispute.currency,
        "enhanced_eligibility_types": [],
        "evidence": {**_NOTHING_SUBMITTED, "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": None if dispute.ended else dispute.created + DAYS_TO_RESPOND * 24 * 60 * 60,
            "enhanced_eligibility": {},
            "has_evidence": submitted,
            "past_due": False,
            "submission_count": int(submitted),
            "submission_method": "manual" if submitted else "not_submitted",
        },
        "is_charge_refundable": dispute.refundable,
        "livemode": dispute.livemode,
        "metadata": {},
        "payment_intent": dispute.payment_intent,
        "payment_method_details": {
            "card": {
                "brand": BY_NUMBER[dispute.card].brand,
                "case_type": "inquiry" if dispute.inquiry else "chargeback",
                "network": BY_NUMBER[dispute.card].brand,
                "network_reason_code": None,
            },
            "type": "card",
        },
        "reason": dispute.reason,
        "status": dispute.status,
    }


def _balance(dispute: Dispute) -> list[Json]:
    """The newest first, as Stripe's."""
    moved = []
    if dispute.reinstatement:
        what = f"Chargeback reversal for {dispute.charge}"
        moved.append(_transaction(dispute, dispute.reinstatement, dispute.amount, 0, what))
    if dispute.withdrawal:
        what = f"Chargeback withdrawal for {dispute.charge}"
        moved.append(_transaction(dispute, dispute.withdrawal, -dispute.amount, FEE, what))
    return moved


def _transaction(dispute: Dispute, id: str, amount: int, fee: int, what: str) -> Json:
    at = dispute.ended if amount > 0 and dispute.ended else dispute.created
    charged: Json = {"application": None, "currency": dispute.currency, "type": "stripe_fee"}
    charged |= {"amount": fee, "description": "Dispute fee"}
    return {
        "id": id,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": at,
        "balance_type": "payments",
        "created": at,
        "currency": dispute.currency,
        "description": what,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [charged] if fee else [],
        "net": amount - fee,
        "reporting_category": "dispute_reversal" if amount > 0 else "dispute",
        "source": dispute.id,
        "status": "available",
        "type": "adjustment",
    }
