"""What an intent says, and what becomes of an order by it or by a cancel."""

from dataclasses import replace
from typing import Any

import pytest

from payments.tests.undecided import AT, undecided
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.gateway import Intent, IntentStatus
from ticketing_payments.models.order import PaymentStatus
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

SUCCEEDED, DECLINED = Succeeded("ch_1"), NotCharged("Your card was declined.")
ASKED, DEAD = ActionRequired("secret"), IntentCanceled()

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
    order = undecided(status=status)

    decided = decide(order, outcome, AT)

    changed = {"lease_until": None, "looks": 0, **expected}
    assert decided == order.next(payment=order.payment.model_copy(update=changed))
    assert (payment_created(decided) is not None) == (outcome is SUCCEEDED)


def test_what_payment_created_tells() -> None:
    """The payment's id was chosen before the charge; Stripe's is the charge's."""
    order = undecided()

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
    order = undecided(cancelled=True, status=status)

    decided = decide(order, outcome, AT)

    changed = {"lease_until": None, "looks": 0, "client_secret": None, **expected}
    assert decided == order.next(payment=order.payment.model_copy(update=changed))
    assert payment_created(decided) is None


def test_a_cancelled_order_without_an_intent() -> None:
    """There is nothing at Stripe to look at."""
    decided = decide(undecided(cancelled=True, intent_id=None), NotCharged(), AT)

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
    due = after_cancel(undecided(cancelled=True, status=status, charge_id="ch_1"), AT)

    assert (due.payment.status if due else None) == expected
    assert due is None or due.payment.look_at == AT
    owed = due is not None and due.payment.status == PaymentStatus.REFUND_DUE
    assert owed == (due is not None and due.payment.refund_due_since == AT)


@pytest.mark.parametrize("status", list(PaymentStatus))
def test_a_live_order_is_owed_nothing(status: PaymentStatus) -> None:
    """Only a cancel gives money back."""
    assert after_cancel(undecided(status=status), AT) is None
