"""payment:created, and telling it again."""

from collections.abc import Awaitable, Callable

import pytest

from payments.tests.conftest import pay
from ticketing_common.events.resync import Republisher
from ticketing_common.store import Store
from ticketing_payments.cashier import Cashier
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.models.order import Order

Act = Callable[..., Awaitable[Order]]


async def test_charged_payments_are_told_again(
    cashier: Cashier, orders: Store[Order], place: Act
) -> None:
    """Where the stream lost them, payments that stand are told as they were the first time."""
    paid = await pay(cashier, await place(), "tok_visa")
    await pay(cashier, await place(), "tok_chargeDeclined")
    (first,) = await orders.outbox.waiting(10)
    await orders.outbox.published([first])

    assert await Republisher(orders, payment_created).run() == 1

    (again,) = await orders.outbox.waiting(10)
    assert str(again.document) == paid.id
    told = [
        [(message.subject, message.data) for message in each.messages] for each in (first, again)
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize("look", [False, True])
async def test_refunds_are_not(
    cashier: Cashier, place: Act, cancel: Act, recover: Act, look: bool
) -> None:
    """A payment that goes back, or went, is none any more."""
    order = await cancel(await pay(cashier, await place(), "tok_visa"))

    assert payment_created(await recover(order) if look else order) is None
