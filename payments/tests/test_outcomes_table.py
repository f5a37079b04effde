"""The tables of outcomes, cell by cell."""

import pytest

from payments.tests.tables import table
from payments.tests.undecided import AT, undecided
from ticketing_payments import outcomes
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.models.order import PaymentStatus
from ticketing_payments.outcomes import (
    ActionRequired,
    Decisive,
    IntentCanceled,
    NotCharged,
    Succeeded,
    after_cancel,
    decide,
)

OUTCOMES: dict[str, Decisive] = {
    "succeeded": Succeeded("ch_1"),
    "not charged": NotCharged("Your card was declined."),
    "action required": ActionRequired("secret"),
    "canceled": IntentCanceled(),
}
CELLS = [
    (*key, column, cell)
    for key, row in table(outcomes.__doc__).items()
    for column, cell in row.items()
]


def test_the_table_is_whole() -> None:
    """Every undecided status has its rows, every outcome its column."""
    rows = {(status, order) for status, order, _, _ in CELLS}

    assert {column for _, _, column, _ in CELLS} == set(OUTCOMES)
    assert rows == {
        *((status, "live") for status in ("none", "charging")),
        *((status, "cancelled") for status in ("none", "charging", "settled")),
    }


@pytest.mark.parametrize(("status", "alive", "column", "cell"), CELLS)
def test_each_cell(status: str, alive: str, column: str, cell: str) -> None:
    """What Stripe says has the consequence that the table says, and no other."""
    order = undecided(cancelled=alive == "cancelled", status=PaymentStatus(status))

    decided = decide(order, OUTCOMES[column], AT)

    becomes, *more = cell.split(", ")
    payment = decided.payment
    assert payment.status == becomes
    assert (payment_created(decided) is not None) == ("told" in more)
    assert (payment.client_secret is not None) == ("asks" in more)
    assert (payment.look_at is not None) == ("look" in more)
    assert (payment.intent_id is None) == ("new intent" in more)


@pytest.mark.parametrize(
    ("status", "cell"),
    [(status, row["becomes"]) for (status,), row in table(after_cancel.__doc__).items()],
)
def test_each_cell_of_a_cancel(status: str, cell: str) -> None:
    """What a cancel means for each status is as its table says."""
    due = after_cancel(undecided(cancelled=True, status=PaymentStatus(status)), AT)

    assert (f"{due.payment.status}, look" if due else "-") == cell
