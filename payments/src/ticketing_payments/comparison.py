"""One charge of Stripe's beside what we have of it: what differs, by name.

| Stripe's charge | here | difference |
|---|---|---|
| names an order | nobody knows the order | charge_without_order |
| | the ledger has another charge of the order | charged_twice |
| | the ledger has none | not_in_ledger |
| is over an amount | the ledger has another | amount_differs |
| gave an amount back | the ledger has another | refund_differs |
| is disputed | nobody knows of it | dispute |
| keeps money | the order is cancelled, and nothing gives it back | kept |
| is not there | the ledger has it | not_at_stripe |
"""

from dataclasses import dataclass

from ticketing_common.types import cents
from ticketing_payments.gateway.objects import Charge
from ticketing_payments.models.case import CaseKind
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment
from ticketing_payments.returns import MOST_FAILED


@dataclass(frozen=True, slots=True)
class Difference:
    """`subject` is what makes it one and the same case the next day."""

    kind: CaseKind
    charge_id: str
    order_id: str
    subject: str
    said: str


def compare(charge: Charge, rows: list[Payment], order: Order | None) -> list[Difference]:
    """`rows` are the ledger's of the charge's order."""

    def differs(kind: CaseKind, said: str, *detail: object) -> Difference:
        subject = "/".join(map(str, (charge.id, *detail)))
        return Difference(kind, charge.id, str(charge.order_id), subject, said)

    paid = f"{charge.amount} cents at Stripe"
    row = next((row for row in rows if row.stripe_id == charge.id), None)
    if row is None:
        kept = charge.amount - charge.refunded
        if order is None:
            return [differs(CaseKind.CHARGE_WITHOUT_ORDER, paid)] if kept else []
        if rows:
            return [differs(CaseKind.CHARGED_TWICE, f"beside {rows[0].stripe_id}")]
        return [differs(CaseKind.NOT_IN_LEDGER, paid)]
    found = []
    if cents(row.amount) != charge.amount:
        here = f"{paid}, {cents(row.amount)} here"
        found.append(differs(CaseKind.AMOUNT_DIFFERS, here, charge.amount))
    if row.returned != charge.refunded:
        here = f"{charge.refunded} cents went back at Stripe, {row.returned} here"
        found.append(differs(CaseKind.REFUND_DIFFERS, here, charge.refunded, row.returned))
    if order is None:
        found.append(differs(CaseKind.CHARGE_WITHOUT_ORDER, paid))
        return found
    if charge.disputed and not (order.payment.watch and order.payment.watch.dispute_id):
        found.append(differs(CaseKind.DISPUTE, "nobody has heard of it"))
    if _kept(charge, order):
        found.append(differs(CaseKind.KEPT, f"the payment is {order.payment.status}"))
    return found


def _kept(charge: Charge, order: Order) -> bool:
    if not order.cancelled or charge.disputed or charge.refunded >= charge.amount:
        return False
    watch = order.payment.watch
    asked = watch is not None and watch.refunds_failed >= MOST_FAILED  # a person has been
    return not (order.payment.status == PaymentStatus.REFUND_DUE and asked)


def not_at_stripe(row: Payment) -> Difference:
    said = f"{cents(row.amount)} cents here"
    return Difference(CaseKind.NOT_AT_STRIPE, row.stripe_id, row.order_id, row.stripe_id, said)
