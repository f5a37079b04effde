"""Refunds: never more in all than the charge captured (docs.stripe.com/api/refunds)."""

from dataclasses import replace

from ticketing_stripe_fake import ids, money, params
from ticketing_stripe_fake.api import lists, render
from ticketing_stripe_fake.api.operation import Call, Json, Operation
from ticketing_stripe_fake.cards import BY_NUMBER
from ticketing_stripe_fake.errors import StripeError, no_such
from ticketing_stripe_fake.objects import Charge, Dispute, PaymentIntent, Refund, RefundStatus

LATER: tuple[tuple[RefundStatus, RefundStatus], ...] = (
    ("pending", "succeeded"),
    ("pending", "failed"),
    ("succeeded", "failed"),
)
"""How a refund may change after it was made."""


def create(call: Call) -> Json:
    charge = _charge(call)
    amount = call.params.get("amount", charge.refundable)
    _check_refundable(call, charge, amount)
    pends = BY_NUMBER[charge.card].refund == "pends"
    refund = Refund(
        ids.refund_id(),
        call.now,
        amount,
        charge.currency,
        charge.id,
        charge.payment_intent,
        charge.payment_method,
        "pending" if pends else "succeeded",
        metadata=call.params.get("metadata", {}),
        reason=call.params.get("reason"),
        balance_transaction=ids.transaction_id(),
    )
    call.transaction.put(refund)
    call.transaction.put(replace(charge, amount_refunded=charge.amount_refunded + amount))
    return render.refund(refund)


def _charge(call: Call) -> Charge:
    charge_id, intent_id = call.params.get("charge"), call.params.get("payment_intent")
    if charge_id is None and intent_id is None:
        message = (
            "One of the following params should be provided for this request: payment_intent or "
            "charge."
        )
        raise StripeError(400, message, began=False)
    if intent_id is not None:
        intent = call.transaction.get(PaymentIntent, intent_id)
        if intent is None:
            raise no_such("payment_intent", intent_id, param="payment_intent", status=404)
        charge = call.transaction.get(Charge, intent.latest_charge or "")
        if charge_id not in (None, intent.latest_charge):
            message = f"Charge {charge_id} does not belong to PaymentIntent {intent_id}."
            raise StripeError(400, message, param="charge")
    else:
        charge = call.transaction.get(Charge, charge_id or "")
        if charge is None:
            raise no_such("charge", charge_id or "", param="id", status=404)
    if charge is None or not charge.succeeded:
        owner = intent_id or (charge.payment_intent if charge else "")
        message = f"This PaymentIntent ({owner}) does not have a successful charge to refund."
        raise StripeError(400, message)
    return charge


def _check_refundable(call: Call, charge: Charge, amount: int) -> None:
    disputes = call.transaction.owned_by(Dispute, charge.id) if charge.disputed else []
    if not all(dispute.refundable for dispute in disputes):
        message = f"Charge {charge.id} has been charged back; cannot issue a refund."
        raise StripeError(400, message, code="charge_disputed")
    if charge.refundable == 0:
        message = f"Charge {charge.id} has already been refunded."
        raise StripeError(400, message, code="charge_already_refunded")
    if amount > charge.refundable:
        asked = money.formatted(amount, charge.currency)
        left = money.formatted(charge.refundable, charge.currency)
        name = "unrefunded amount on charge" if charge.amount_refunded else "charge amount"
        message = f"Refund amount ({asked}) is greater than {name} ({left})"
        raise StripeError(400, message, param="amount")


def settle(call: Call, refund: Refund, status: str) -> Refund:
    """What the bank makes of it later: a failed refund leaves the charge refundable again.

    Raises ValueError when the refund is already beyond that.
    """
    to = next((to for was, to in LATER if (was, to) == (refund.status, status)), None)
    if to is None:
        raise ValueError(f"a {refund.status} refund can't become {status}")
    settled = replace(refund, status=to)
    if status == "failed":
        settled = replace(
            settled,
            failure_reason="expired_or_canceled_card",
            failure_balance_transaction=ids.transaction_id(),
        )
        charge = call.transaction.get(Charge, refund.charge)
        if charge is None:
            raise LookupError(f"refund {refund.id} has no charge {refund.charge}")
        left = charge.amount_refunded - refund.amount
        call.transaction.put(replace(charge, amount_refunded=left))
    call.transaction.put(settled)
    return settled


def retrieve(call: Call) -> Json:
    return render.refund(call.named(Refund, param="refund"))


def list_all(call: Call) -> Json:
    owner = call.params.get("charge") or call.params.get("payment_intent")
    return lists.page(call, Refund, render.refund, "/v1/refunds", owner)


OPERATIONS = (
    Operation(
        "POST",
        "/v1/refunds",
        create,
        {
            "amount": params.integer(minimum=1),
            "charge": params.string,
            "payment_intent": params.string,
            "reason": params.one_of("duplicate", "fraudulent", "requested_by_customer"),
            "metadata": params.metadata,
        },
    ),
    Operation(
        "GET",
        "/v1/refunds",
        list_all,
        {**lists.PAGE, "charge": params.string, "payment_intent": params.string},
    ),
    Operation("GET", "/v1/refunds/{id}", retrieve),
)
