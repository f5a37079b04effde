"""Payments after their database came back from a backup: as told since, and as Stripe has them."""

from collections.abc import Awaitable, Callable

import stripe as stripe_library

from payments.tests.paying import pay
from payments.tests.restoring import PutBack, cancelled_event, created_event
from ticketing_common.store import Store
from ticketing_payments.cashier import Cashier
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.state import State, state_of
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]


async def test_a_charge_that_was_told_of_is_there_again(
    back: PutBack,
    orders: Store[Order],
    cashier: Cashier,
    place: Act,
    recover: Act,
) -> None:
    """Under the same payment, since when it was charged, with its intent; and nothing is due."""
    paid = await pay(cashier, await place(), "tok_visa")
    told = payment_created(paid)
    assert told is not None
    await back.backup.told(created_event(paid), told)

    outcome = await back.restored(paid)

    order = await orders.get(paid.id)
    fields = ("status", "payment_id", "charge_id", "intent_id", "charged_at", "look_at", "watch")
    before, after = paid.payment, order.payment
    assert [getattr(after, name) for name in fields] == [getattr(before, name) for name in fields]
    assert await back.kept(paid) == [(20.0, 0)]
    assert outcome.left_out == []


async def test_a_charge_that_only_stripe_knows_is_found_out(
    back: PutBack,
    orders: Store[Order],
    cashier: Cashier,
    stripe: RunningFake,
    place: Act,
    settle: Act,
) -> None:
    """It is charged, and told of; nobody pays twice."""
    paid = await pay(cashier, await place(), "tok_visa")
    await back.backup.told(created_event(paid))

    await back.restored(paid)

    unsure = await orders.get(paid.id)
    assert (unsure.payment.status, state_of(unsure)) == (PaymentStatus.CHARGING, State.CHARGING)
    order = await settle(paid)
    assert order.payment.status == PaymentStatus.CHARGED
    assert payment_created(order) is not None
    assert await back.kept(paid) == [(20.0, 0)]
    assert stripe.order(paid.id)["charges"] == 1


async def test_a_charge_of_an_order_cancelled_since_goes_back(
    back: PutBack,
    cashier: Cashier,
    place: Act,
    settle: Act,
) -> None:
    """Whether it was told of, or is found at Stripe."""
    told, found = [await pay(cashier, await place(), "tok_visa") for _ in range(2)]
    news = payment_created(told)
    assert news is not None
    await back.backup.told(
        created_event(told),
        news,
        created_event(found),
        cancelled_event(told),
        cancelled_event(found),
    )

    await back.restored(told, found)

    for order in (told, found):
        assert (await settle(order)).payment.status == PaymentStatus.REFUNDED
        assert await back.kept(order) == [(20.0, 2000)]


async def test_what_went_back_since_is_looked_at(
    back: PutBack,
    cashier: Cashier,
    dashboard: stripe_library.StripeClient,
    place: Act,
    recover: Act,
) -> None:
    """The backup knows the charge; somebody gave it back at Stripe's dashboard after that."""
    paid = await pay(cashier, await place(), "tok_visa")
    assert paid.payment.charge_id is not None
    await dashboard.v1.refunds.create_async({"charge": paid.payment.charge_id})

    await back.restored()

    assert state_of(await recover(paid)) in (State.REFUNDING, State.REFUNDED)
    assert await back.kept(paid) == [(20.0, 2000)]


async def test_keys_that_were_used_since_are_not_used_again(
    back: PutBack,
    orders: Store[Order],
    cashier: Cashier,
    stripe: RunningFake,
    place: Act,
    settle: Act,
) -> None:
    """Stripe would repeat the decline that it answered then, whatever the card."""
    declined = await pay(cashier, await place(), "tok_chargeDeclined")
    await back.backup.told(created_event(declined))

    await back.restored(declined)
    order = await settle(declined)
    assert order.payment.status == PaymentStatus.NONE

    paid = await pay(cashier, order, "tok_visa")
    assert paid.payment.status == PaymentStatus.CHARGED


async def test_a_charge_for_an_order_that_nobody_told_of_is_named(
    back: PutBack,
    cashier: Cashier,
    place: Act,
) -> None:
    paid = await pay(cashier, await place(), "tok_visa")

    outcome = await back.restored(paid)

    [left_out] = outcome.left_out
    assert paid.id in left_out
    assert str(paid.payment.intent_id) in left_out
