"""payment:created, and telling it again."""

from collections.abc import Awaitable, Callable

import pytest

from payments.tests.paying import pay
from ticketing_common.events.resync import Republisher
from ticketing_common.store import Store
from ticketing_common.types import now
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
    (first,) = await orders.outbox.pending(10)
    await orders.outbox.remove([first])

    assert await Republisher(orders, payment_created).run() == 1

    (again,) = await orders.outbox.pending(10)
    assert str(again.document) == paid.id
    told = [
        [(message.subject, message.data) for message in each.messages] for each in (first, again)
    ]
    assert told[0] == told[1]


async def test_a_payment_says_what_the_order_brought(cashier: Cashier, place: Act) -> None:
    """Which may not be what the ticket costs by then."""
    event = payment_created(await pay(cashier, await place(price=19.99), "tok_visa"))

    assert event
    assert event.price == 19.99


async def test_a_payment_says_when_it_was_paid(cashier: Cashier, place: Act) -> None:
    """Which is not when the first card was declined, though the id is of then."""
    declined = await pay(cashier, await place(), "tok_chargeDeclined")
    between = now()
    paid = await pay(cashier, declined, "tok_visa")
    event = payment_created(paid)

    assert event
    assert event.paid_at
    assert event.paid_at >= between
    assert event.id == declined.payment.payment_id


@pytest.mark.parametrize("look", [False, True])
async def test_refunds_are_not(
    cashier: Cashier, place: Act, cancel: Act, recover: Act, look: bool
) -> None:
    """A payment that goes back, or went, is none any more."""
    order = await cancel(await pay(cashier, await place(), "tok_visa"))

    assert payment_created(await recover(order) if look else order) is None
