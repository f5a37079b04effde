"""The ledger for checkers: who was charged and refunded how much, order by order."""

from collections import defaultdict
from typing import Any

from ticketing_stripe_fake.api import render, render_charge, render_dispute
from ticketing_stripe_fake.ledger import Ledger
from ticketing_stripe_fake.objects import Charge, Dispute, PaymentIntent, Refund


def ledger(ledger: Ledger, by: str, only: str | None, *, objects: bool) -> dict[str, Any]:
    """`by` is the metadata key that names an order; `only` leaves out every other order."""
    intents = [
        intent
        for intent in ledger.table(PaymentIntent).oldest_first()
        if only is None or intent.metadata.get(by) == only
    ]
    charges: list[Charge] = []
    refunds: list[Refund] = []
    disputes: list[Dispute] = []
    orders: dict[str, dict[str, Any]] = defaultdict(_nothing)
    for intent in intents:
        its_charges = ledger.table(Charge).owned_by(intent.id)
        its_refunds = ledger.table(Refund).owned_by(intent.id)
        its_disputes = ledger.table(Dispute).owned_by(intent.id)
        charges += its_charges
        refunds += its_refunds
        disputes += its_disputes
        order = orders[intent.metadata.get(by, "")]
        _add(order, intent, its_charges, its_refunds)
        order["disputes"] |= {dispute.id: dispute.status for dispute in its_disputes}
    report: dict[str, Any] = {"orders": orders}
    if objects:
        report["payment_intents"] = [render.payment_intent(intent) for intent in intents]
        report["charges"] = [render_charge.charge(charge) for charge in charges]
        report["refunds"] = [render.refund(refund) for refund in refunds]
        report["disputes"] = [render_dispute.dispute(dispute) for dispute in disputes]
    return report


def _nothing() -> dict[str, Any]:
    amounts = dict.fromkeys(("charges", "charged", "declines", "refunds", "refunded"), 0)
    return {"intents": {}, "keys": {}, "disputes": {}, **amounts}


def _add(
    order: dict[str, Any], intent: PaymentIntent, charges: list[Charge], refunds: list[Refund]
) -> None:
    """Amounts in cents. A pending refund counts as refunded, a failed one does not, and neither
    does what a dispute took.

    `keys` are the intents' idempotency keys: two with the same one mean that it was forgotten.
    """
    taken = [charge for charge in charges if charge.succeeded]
    given = [refund for refund in refunds if refund.status != "failed"]
    order["intents"][intent.id] = intent.status
    order["keys"][intent.id] = intent.idempotency_key
    order["charges"] += len(taken)
    order["charged"] += sum(charge.amount for charge in taken)
    order["declines"] += len(charges) - len(taken)
    order["refunds"] += len(given)
    order["refunded"] += sum(refund.amount for refund in given)
