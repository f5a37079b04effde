"""The ledger: one row a charge."""

import pytest

from ticketing_common.store import Store
from ticketing_common.types import new_id, now
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.order import Order, Progress
from ticketing_payments.models.payment import Payment


@pytest.fixture
def order() -> Order:
    return Order(
        id=new_id(),
        user_id=new_id(),
        status="created",
        price=19.99,
        expires_at=now(),
        order_version=0,
        payment=Progress(payment_id=new_id()),
    )


async def test_a_charge(ledger: Ledger, payments: Store[Payment], order: Order) -> None:
    """A charge is written under the payment id chosen before it, in dollars."""
    await ledger.charged(order, "ch_1")

    (row,) = await payments.find({})
    assert row.id == order.payment.payment_id
    assert (row.order_id, row.stripe_id, row.amount, row.refund_id) == (
        order.id,
        "ch_1",
        19.99,
        None,
    )


async def test_again_changes_nothing(
    ledger: Ledger, payments: Store[Payment], order: Order
) -> None:
    """It may be written before each try to decide, as often as it takes."""
    await ledger.charged(order, "ch_1")
    (before,) = await payments.find({})

    await ledger.charged(order, "ch_1")

    assert await payments.find({}) == [before]


@pytest.mark.parametrize("late_charge", [False, True])
async def test_a_refund(
    ledger: Ledger, payments: Store[Payment], order: Order, late_charge: bool
) -> None:
    """A refund joins its charge, and a charge written late does not take it out again."""
    await ledger.charged(order, "ch_1")
    await ledger.returned(order, "ch_1", "re_1", 2000)
    if late_charge:
        await ledger.charged(order, "ch_1")

    (row,) = await payments.find({})
    assert (row.stripe_id, row.refund_id, row.returned) == ("ch_1", "re_1", 2000)


async def test_a_refund_that_failed(ledger: Ledger, payments: Store[Payment], order: Order) -> None:
    """What belongs to a later version of the order stands, in whichever order they are written."""
    await ledger.returned(order, "ch_1", "re_1", 2000)
    await ledger.returned(order.next(), "ch_1", None, 0)
    await ledger.returned(order, "ch_1", "re_1", 2000)

    (row,) = await payments.find({})
    assert (row.refund_id, row.returned) == (None, 0)


def test_a_row_of_before() -> None:
    """Who wrote no amount had given back all of it."""
    row = Payment(id=new_id(), order_id=new_id(), stripe_id="ch_1", amount=19.99, refund_id="re_1")

    assert row.returned == 1999
