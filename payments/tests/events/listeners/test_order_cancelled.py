"""order:cancelled closes the payment, or says that money is owed."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from payments.tests.paying import pay
from ticketing_common.errors import VersionConflictError
from ticketing_common.events.catalogue import OrderCancelled, OrderCreated
from ticketing_common.store import Store
from ticketing_payments.cashier import Cashier
from ticketing_payments.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_payments.events.listeners.order_created import OrderCreatedListener
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]
Created = Callable[..., OrderCreated]
Cancelled = Callable[..., OrderCancelled]


@pytest.fixture
def listener(orders: Store[Order]) -> OrderCancelledListener:
    return OrderCancelledListener(orders)


@pytest.fixture
async def created_order(orders: Store[Order], created: Created) -> OrderCreated:
    event = created()
    await OrderCreatedListener(orders).on_message(event)
    return event


async def test_nothing_was_paid(
    listener: OrderCancelledListener,
    orders: Store[Order],
    created_order: OrderCreated,
    cancelled: Cancelled,
) -> None:
    """Nothing is owed, and there is nothing to look for at Stripe."""
    await listener.on_message(cancelled(created_order))

    order = await orders.get(created_order.id)
    assert (order.cancelled, order.order_version) == (True, 2)
    assert (order.payment.status, order.payment.look_at) == (PaymentStatus.SETTLED, None)


@pytest.mark.parametrize(
    ("token", "expected"),
    [("tok_visa", PaymentStatus.REFUND_DUE), ("tok_chargeDeclined", PaymentStatus.SETTLED)],
)
async def test_after_a_payment(
    listener: OrderCancelledListener,
    orders: Store[Order],
    cashier: Cashier,
    stripe: RunningFake,
    created_order: OrderCreated,
    cancelled: Cancelled,
    token: str,
    expected: PaymentStatus,
) -> None:
    """Defect 6 of the base: a cancel after the payment kept the money. Here recovery is told to
    look; the listener itself never talks to Stripe."""
    await pay(cashier, await orders.get(created_order.id), token)
    stripe.fake.counts.clear()

    await listener.on_message(cancelled(created_order))

    order = await orders.get(created_order.id)
    assert order.payment.status == expected
    assert order.payment.look_at is not None
    assert stripe.fake.counts.as_json()["endpoints"] == {}


async def test_while_charging(
    listener: OrderCancelledListener,
    orders: Store[Order],
    lose: Act,
    created: Created,
    cancelled: Cancelled,
) -> None:
    """It is only written down: whoever is at it, or recovery, decides with it in sight."""
    order = await lose()
    event = created(id=order.id, user_id=order.user_id, expires_at=order.expires_at)

    await listener.on_message(cancelled(event))

    after = await orders.get(order.id)
    assert (after.cancelled, after.payment) == (True, order.payment)


async def test_again_changes_nothing(
    listener: OrderCancelledListener,
    orders: Store[Order],
    cashier: Cashier,
    created_order: OrderCreated,
    cancelled: Cancelled,
) -> None:
    """A redelivered cancel leaves the document as it is."""
    await pay(cashier, await orders.get(created_order.id), "tok_visa")
    await listener.on_message(cancelled(created_order))
    before = await orders.get(created_order.id)

    await listener.on_message(cancelled(created_order))

    assert await orders.get(created_order.id) == before


async def test_a_crash_between_its_two_writes(
    listener: OrderCancelledListener,
    orders: Store[Order],
    cashier: Cashier,
    created_order: OrderCreated,
    cancelled: Cancelled,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was written down, but not acted on, is acted on at the next delivery."""
    await pay(cashier, await orders.get(created_order.id), "tok_visa")
    with monkeypatch.context() as patch:
        patch.setattr(orders, "save", _conflict)
        with pytest.raises(VersionConflictError):
            await listener.on_message(cancelled(created_order))

    await listener.on_message(cancelled(created_order))

    assert (await orders.get(created_order.id)).payment.status == PaymentStatus.REFUND_DUE


async def _conflict(*_: object) -> None:
    raise VersionConflictError


@pytest.mark.parametrize("token", ["tok_visa", "tok_chargeDeclined", "tok_threeDSecure2Required"])
async def test_the_whole_past_again(
    listener: OrderCancelledListener,
    orders: Store[Order],
    cashier: Cashier,
    created_order: OrderCreated,
    cancelled: Cancelled,
    settle: Act,
    stripe: RunningFake,
    token: str,
) -> None:
    """Every event from the first one again, in either order or both at once, changes nothing."""
    await pay(cashier, await orders.get(created_order.id), token)
    news = cancelled(created_order)
    await listener.on_message(news)
    settled = await settle(await orders.get(created_order.id))
    stripe.fake.counts.clear()
    born = OrderCreatedListener(orders)

    await born.on_message(created_order)
    await listener.on_message(news)
    await asyncio.gather(listener.on_message(news), born.on_message(created_order))

    assert await orders.get(created_order.id) == settled
    assert await settle(settled) == settled
    assert stripe.fake.counts.as_json()["endpoints"] == {}
