"""One charge beside what we have of it: the table, cell by cell."""

from dataclasses import replace
from typing import Any

import pytest

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.types import new_id, now
from ticketing_payments import comparison
from ticketing_payments.comparison import Difference, compare, not_at_stripe
from ticketing_payments.gateway.objects import Charge
from ticketing_payments.models.order import Order, PaymentStatus, Progress
from ticketing_payments.models.payment import Payment
from ticketing_payments.models.watch import Watch

ID = new_id()
CHARGE = Charge("ch_1", 1999, 0, disputed=False, succeeded=True, order_id=ID)
ROW = Payment(id=new_id(), order_id=ID, stripe_id="ch_1", amount=19.99)
ORDER = Order(
    id=ID,
    user_id=new_id(),
    status=OrderStatus.COMPLETE,
    price=19.99,
    expires_at=now(),
    order_version=1,
    payment=Progress(status=PaymentStatus.CHARGED, charge_id="ch_1", intent_id="pi_1"),
)


def _order(status: PaymentStatus, watch: Watch | None = None, cancelled: bool = False) -> Order:
    payment = ORDER.payment.model_copy(update={"status": status, "watch": watch})
    state = OrderStatus.CANCELLED if cancelled else OrderStatus.COMPLETE
    return ORDER.model_copy(update={"status": state, "payment": payment})


DIFFERENCES: dict[str, list[Difference]] = {
    "charge_without_order": compare(CHARGE, [], None),
    "charged_twice": compare(replace(CHARGE, id="ch_2"), [ROW], ORDER),
    "not_in_ledger": compare(CHARGE, [], ORDER),
    "amount_differs": compare(replace(CHARGE, amount=2000), [ROW], ORDER),
    "refund_differs": compare(replace(CHARGE, refunded=1), [ROW], ORDER),
    "dispute": compare(replace(CHARGE, disputed=True), [ROW], ORDER),
    "kept": compare(CHARGE, [ROW], _order(PaymentStatus.SETTLED, cancelled=True)),
    "not_at_stripe": [not_at_stripe(ROW)],
}
DUE = _order(PaymentStatus.REFUND_DUE, Watch(refunds_failed=2), cancelled=True)


def test_the_table_is_whole() -> None:
    """Every row of it is here, and nothing else is."""
    rows = comparison.__doc__ or ""
    named = [line.split("|")[3].strip() for line in rows.splitlines() if line.startswith("|")]

    assert named[2:] == list(DIFFERENCES)


@pytest.mark.parametrize(("kind", "found"), DIFFERENCES.items())
def test_each_row(kind: str, found: list[Difference]) -> None:
    """What differs has one name, and says where."""
    (difference,) = found

    assert (difference.kind, difference.order_id) == (kind, ID)


@pytest.mark.parametrize(
    ("charge", "row", "order"),
    [
        (CHARGE, ROW, ORDER),
        (
            replace(CHARGE, refunded=1999),
            ROW.model_copy(update={"refund_id": "re_1"}),
            _order(PaymentStatus.REFUNDED, cancelled=True),
        ),
        (
            replace(CHARGE, refunded=500),
            ROW.model_copy(update={"refund_id": "re_1", "refunded": 500}),
            ORDER,
        ),
        (CHARGE, ROW, _order(PaymentStatus.REFUND_DUE, Watch(refunds_failed=3), cancelled=True)),
        (
            replace(CHARGE, disputed=True),
            ROW,
            _order(PaymentStatus.REFUNDED, Watch(dispute_id="dp_1"), cancelled=True),
        ),
    ],
)
def test_what_is_as_it_should_be(charge: Charge, row: Payment, order: Order) -> None:
    """Paid, given back in part or whole, a person's to give back, and known to be disputed."""
    assert compare(charge, [row], order) == []


def test_a_refund_that_does_not_come_about() -> None:
    """It is due, and still nothing went back once the services had time to see to it: Stripe may
    be refusing us, by a key without the right to refund, say."""
    assert [each.kind for each in compare(CHARGE, [ROW], DUE)] == ["kept"]


def test_what_went_back_of_an_order_nobody_knows() -> None:
    """Then there is nothing left to look for."""
    assert compare(replace(CHARGE, refunded=1999), [], None) == []


def test_another_difference_is_another_case() -> None:
    """A person who has seen to one has not seen to the next."""
    subjects: set[Any] = {
        compare(replace(CHARGE, refunded=cents), [ROW], ORDER)[0].subject for cents in (1, 2)
    }

    assert len(subjects) == 2
