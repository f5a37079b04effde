"""A payment that was under way when its database was backed up, and went on with other intents."""

from collections.abc import Awaitable, Callable

import pytest

from payments.tests.paying import pay
from payments.tests.restoring import PutBack, cancelled_event, created_event
from ticketing_common.store import Store
from ticketing_payments.cashier import Cashier
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]


@pytest.fixture
async def free(
    back: PutBack, orders: Store[Order], cashier: Cashier, place: Act, settle: Act
) -> Order:
    """The backup knows its first intent, whose request had died; since then that was canceled."""
    taken = await orders.save(cashier.take(await place()))
    begun = await cashier._create_intent(taken)
    await back.remember(begun)
    free = await settle(begun)
    assert (free.payment.status, free.payment.intent_id) == (PaymentStatus.NONE, None)
    await back.backup.told(created_event(free))
    return free


async def test_a_later_intent_that_the_bank_asked_about(
    back: PutBack,
    cashier: Cashier,
    stripe: RunningFake,
    free: Order,
    cancel: Act,
    recover: Act,
    settle: Act,
) -> None:
    """Its buyer authenticates after the restore, and is charged; then the order is cancelled."""
    asked = await pay(cashier, free, "tok_threeDSecure2Required")
    assert asked.payment.intent_id is not None

    await back.restored(asked)
    stripe.authenticate(asked.payment.intent_id)
    charged = await settle(asked)
    assert charged.payment.status == PaymentStatus.CHARGED

    await cancel(charged)
    assert (await settle(charged)).payment.status == PaymentStatus.REFUNDED
    assert await back.kept(asked) == [(20.0, 2000)]


async def test_a_charge_that_was_told_of_is_of_the_later_intent(
    back: PutBack, orders: Store[Order], cashier: Cashier, free: Order, settle: Act
) -> None:
    """Its order was cancelled since: it goes back."""
    paid = await pay(cashier, free, "tok_visa")
    told = payment_created(paid)
    assert told is not None
    await back.backup.told(told, cancelled_event(paid))

    await back.restored(paid)

    restored = await orders.get(paid.id)
    assert restored.payment.intent_id == paid.payment.intent_id
    assert restored.payment.intent_number >= paid.payment.intent_number
    assert (await settle(paid)).payment.status == PaymentStatus.REFUNDED
    assert await back.kept(paid) == [(20.0, 2000)]


async def test_keys_of_a_known_intent_are_not_used_again(
    back: PutBack, cashier: Cashier, place: Act, settle: Act
) -> None:
    """A second card was declined since; the third is good."""
    order = await pay(cashier, await place(), "tok_chargeDeclined")
    await back.remember(order)
    await back.backup.told(created_event(order))
    await pay(cashier, order, "tok_chargeDeclined")

    for _ in range(2):  # it can be run again
        await back.restored(order)
    free = await settle(order)

    assert (await pay(cashier, free, "tok_visa")).payment.status == PaymentStatus.CHARGED
