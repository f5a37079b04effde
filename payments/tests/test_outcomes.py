"""The table of states, cell by cell."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from payments.tests.tables import table
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.types import new_id, now
from ticketing_payments import outcomes
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.gateway import Intent, IntentStatus
from ticketing_payments.models.order import Order, PaymentStatus, Progress
from ticketing_payments.outcomes import (
    ActionRequired,
    Decisive,
    IntentCanceled,
    NotCharged,
    Outcome,
    Succeeded,
    Unknown,
    after_cancel,
    decide,
    outcome_of,
)

AT = now()
SUCCEEDED, DECLINED = Succeeded("ch_1"), NotCharged("Your card was declined.")
ASKED, DEAD = ActionRequired("secret"), IntentCanceled()


def _order(cancelled: bool = False, **payment: Any) -> Order:
    """An order being charged, with an intent."""
    charging: dict[str, Any] = {
        "status": PaymentStatus.CHARGING,
        "attempt": 1,
        "lease_until": AT,
        "look_at": AT + timedelta(seconds=9),
        "looks": 3,
        "payment_id": new_id(),
        "intent_id": "pi_1",
    }
    return Order(
        id=new_id(),
        version=4,
        user_id=new_id(),
        status=OrderStatus.CANCELLED if cancelled else OrderStatus.CREATED,
        price=20,
        expires_at=AT,
        order_version=1,
        payment=Progress(**{**charging, **payment}),
    )


INTENT = Intent("pi_1", "", 2000, "ch_1", "secret", "Your card was declined.")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (IntentStatus.SUCCEEDED, SUCCEEDED),
        (IntentStatus.CANCELED, DEAD),
        (IntentStatus.REQUIRES_ACTION, ASKED),
        (IntentStatus.REQUIRES_PAYMENT_METHOD, DECLINED),
        (IntentStatus.REQUIRES_CONFIRMATION, DECLINED),
        (IntentStatus.PROCESSING, None),
        (IntentStatus.REQUIRES_CAPTURE, Unknown("requires_capture")),
        ("requires_patience", Unknown("requires_patience")),
    ],
)
def test_what_an_intent_says(status: str, outcome: Outcome | None) -> None:
    """Each state of an intent has its outcome; one in process has none yet."""
    assert outcome_of(replace(INTENT, status=status)) == outcome


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (
            SUCCEEDED,
            {
                "status": PaymentStatus.CHARGED,
                "charge_id": "ch_1",
                "charged_at": AT,
                "look_at": None,
            },
        ),
        (
            DECLINED,
            {"status": PaymentStatus.NONE, "message": "Your card was declined.", "look_at": None},
        ),
        (ASKED, {"status": PaymentStatus.NONE, "client_secret": "secret", "look_at": AT}),
        (
            DEAD,
            {
                "status": PaymentStatus.NONE,
                "intent_id": None,
                "intent_number": 2,
                "look_at": None,
            },
        ),
    ],
)
@pytest.mark.parametrize("status", [PaymentStatus.CHARGING, PaymentStatus.NONE])
def test_a_live_order(status: PaymentStatus, outcome: Decisive, expected: dict[str, Any]) -> None:
    """Charged in time is charged; anything else leaves it to be paid, with the same intent where
    that is still good."""
    order = _order(status=status)

    decided = decide(order, outcome, AT)

    changed = {"lease_until": None, "looks": 0, **expected}
    assert decided == order.next(payment=order.payment.model_copy(update=changed))
    assert (payment_created(decided) is not None) == (outcome is SUCCEEDED)


def test_what_payment_created_tells() -> None:
    """The payment's id was chosen before the charge; Stripe's is the charge's."""
    order = _order()

    event = payment_created(decide(order, SUCCEEDED, AT))

    assert event is not None
    assert event.model_dump(by_alias=True) == {
        "id": order.payment.payment_id,
        "orderId": order.id,
        "stripeId": "ch_1",
        "price": 20,
        "paidAt": AT,
    }


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (
            SUCCEEDED,
            {
                "status": PaymentStatus.REFUND_DUE,
                "charge_id": "ch_1",
                "look_at": AT,
                "refund_due_since": AT,
            },
        ),
        (
            DECLINED,
            {"status": PaymentStatus.SETTLED, "message": "Your card was declined.", "look_at": AT},
        ),
        (ASKED, {"status": PaymentStatus.SETTLED, "look_at": AT}),
        (DEAD, {"status": PaymentStatus.SETTLED, "look_at": None}),
    ],
)
@pytest.mark.parametrize(
    "status", [PaymentStatus.CHARGING, PaymentStatus.NONE, PaymentStatus.SETTLED]
)
def test_a_cancelled_order(
    status: PaymentStatus, outcome: Decisive, expected: dict[str, Any]
) -> None:
    """Defect 5 of the base: payment of a cancelled order completed it.

    What was charged for it is owed back, nobody is told of a payment, and an intent that may
    still charge is looked at again.
    """
    order = _order(cancelled=True, status=status)

    decided = decide(order, outcome, AT)

    changed = {"lease_until": None, "looks": 0, "client_secret": None, **expected}
    assert decided == order.next(payment=order.payment.model_copy(update=changed))
    assert payment_created(decided) is None


def test_a_cancelled_order_without_an_intent() -> None:
    """There is nothing at Stripe to look at."""
    decided = decide(_order(cancelled=True, intent_id=None), NotCharged(), AT)

    assert (decided.payment.status, decided.payment.look_at) == (PaymentStatus.SETTLED, None)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (PaymentStatus.NONE, PaymentStatus.SETTLED),
        (PaymentStatus.CHARGING, None),  # whoever is at it, or recovery, will see the cancel
        (PaymentStatus.CHARGED, PaymentStatus.REFUND_DUE),
        (PaymentStatus.REFUND_DUE, None),
        (PaymentStatus.REFUNDED, None),
        (PaymentStatus.SETTLED, None),
    ],
)
def test_when_a_cancel_is_heard(status: PaymentStatus, expected: PaymentStatus | None) -> None:
    """Defect 6 of the base: a cancel after the payment kept the money.

    A charge is owed back at once; an idle payment is closed; the others are on their way.
    """
    due = after_cancel(_order(cancelled=True, status=status, charge_id="ch_1"), AT)

    assert (due.payment.status if due else None) == expected
    assert due is None or due.payment.look_at == AT
    owed = due is not None and due.payment.status == PaymentStatus.REFUND_DUE
    assert owed == (due is not None and due.payment.refund_due_since == AT)


@pytest.mark.parametrize("status", list(PaymentStatus))
def test_a_live_order_is_owed_nothing(status: PaymentStatus) -> None:
    """Only a cancel gives money back."""
    assert after_cancel(_order(status=status), AT) is None


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
    order = _order(cancelled=alive == "cancelled", status=PaymentStatus(status))

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
    due = after_cancel(_order(cancelled=True, status=PaymentStatus(status)), AT)

    assert (f"{due.payment.status}, look" if due else "-") == cell
