"""Stripe's words, as its own library has them: a version that knows another one fails here."""

from typing import Any, get_args

import pytest
import stripe

from ticketing_payments.gateway import IntentStatus
from ticketing_payments.gateway.objects import to_dispute
from ticketing_payments.returns import LOST, WON

OPEN = {
    *("needs_response", "under_review", "appeal_needs_response", "appeal_under_review"),
    *("warning_needs_response", "warning_under_review"),
}


def _literals(annotation: Any) -> set[str]:
    parts = get_args(annotation)
    words = {part for part in parts if isinstance(part, str)}
    return words.union(*(_literals(part) for part in parts if not isinstance(part, str)))


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        (stripe.PaymentIntent, set(IntentStatus)),
        (stripe.Dispute, OPEN | LOST | WON),
    ],
)
def test_every_status_has_a_meaning_here(kind: Any, known: set[str]) -> None:
    """No status of the library is one we have not thought about."""
    assert _literals(kind.__annotations__["status"]) == {str(status) for status in known}


@pytest.mark.parametrize(
    ("moved", "status"), [((), "prevented"), ((-2000,), "lost"), ((-2000, 2000), "prevented")]
)
def test_a_dispute_that_was_prevented(moved: tuple[int, ...], status: str) -> None:
    """Its money tells how: blocked, it stays here; resolved, the cardholder has it, and is not
    given it twice."""
    found = {"id": "dp_1", "status": "prevented", "amount": 2000, "is_charge_refundable": False}
    transactions = [{"amount": amount} for amount in moved]

    assert to_dispute({**found, "balance_transactions": transactions}).status == status
