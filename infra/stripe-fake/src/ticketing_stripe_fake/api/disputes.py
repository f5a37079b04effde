"""Disputes: a cardholder's bank takes the money back (docs.stripe.com/api/disputes)."""

from dataclasses import replace

from ticketing_stripe_fake import ids, params
from ticketing_stripe_fake.api import lists
from ticketing_stripe_fake.api.operation import Call, Json, Operation
from ticketing_stripe_fake.api.render_dispute import dispute
from ticketing_stripe_fake.cards import BY_NUMBER
from ticketing_stripe_fake.errors import StripeError
from ticketing_stripe_fake.objects import Charge, Dispute, DisputeStatus

NEXT: dict[str, tuple[DisputeStatus, ...]] = {
    "warning_needs_response": ("warning_under_review", "warning_closed", "needs_response"),
    "warning_under_review": ("warning_closed", "needs_response"),
    "needs_response": ("under_review", "won", "lost"),
    "under_review": ("won", "lost"),
}
"""How a dispute may go on; won, lost and warning_closed are its ends."""


def open_for(call: Call, charge: Charge, *, inquiry: bool = False) -> Dispute | None:
    """The cardholder disputes what was not refunded; None where nothing is left, or again.

    Raises ValueError for a charge that failed.
    """
    if not charge.succeeded:
        raise ValueError(f"charge {charge.id} took no money")
    if charge.disputed or not charge.refundable:
        return None
    card = BY_NUMBER[charge.card]
    asks_first = inquiry or card.inquiry
    opened = Dispute(
        ids.dispute_id(),
        call.now,
        charge.refundable,
        charge.currency,
        charge.id,
        charge.payment_intent,
        charge.card,
        card.dispute or "general",
        "warning_needs_response" if asks_first else "needs_response",
        withdrawal=None if asks_first else ids.transaction_id(),
        livemode=charge.livemode,
    )
    call.transaction.put(opened)
    call.transaction.put(replace(charge, disputed=True))
    return opened


def move(call: Call, found: Dispute, status: str) -> Dispute:
    """Raises ValueError where a dispute can't go on like that."""
    to = next((each for each in NEXT.get(found.status, ()) if each == status), None)
    if to is None:
        raise ValueError(f"a dispute that is {found.status} can't become {status}")
    moved = replace(found, status=to)
    if status == "needs_response":  # the inquiry became a chargeback
        moved = replace(moved, withdrawal=ids.transaction_id())
    if status == "won":
        moved = replace(moved, reinstatement=ids.transaction_id())
    if status not in NEXT:
        moved = replace(moved, ended=call.now)
    call.transaction.put(moved)
    return moved


def retrieve(call: Call) -> Json:
    return dispute(call.named(Dispute, param="dispute"))


def close(call: Call) -> Json:
    """The shop accepts it: nothing is submitted, and it is lost."""
    found = call.named(Dispute, param="dispute")
    if found.status != "needs_response":
        message = f"This dispute is already {found.status} and can't be closed."
        raise StripeError(400, message)
    return dispute(move(call, found, "lost"))


def list_all(call: Call) -> Json:
    owner = call.params.get("charge") or call.params.get("payment_intent")
    return lists.page(call, Dispute, dispute, "/v1/disputes", owner)


OPERATIONS = (
    Operation(
        "GET",
        "/v1/disputes",
        list_all,
        {**lists.PAGE, "charge": params.string, "payment_intent": params.string},
    ),
    Operation("GET", "/v1/disputes/{id}", retrieve),
    Operation("POST", "/v1/disputes/{id}/close", close),
)
