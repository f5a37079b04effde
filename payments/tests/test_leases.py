"""A charge whose request has died: its lease has run out, and the next look is an hour away."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from payments.tests.conftest import STRIPE_KEY
from ticketing_common.store import Store
from ticketing_common.tasks import end
from ticketing_common.types import now
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.gateway.books import StripeBooks
from ticketing_payments.gateway.webhook import StripeEvent
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment
from ticketing_payments.notices import Notices
from ticketing_payments.reconciliation import Reconciliation
from ticketing_payments.recovery import Recovery
from ticketing_payments.schedule import Schedule
from ticketing_stripe_fake.testing import RunningFake

HOUR = 3600  # seconds


@pytest.fixture
async def abandoned(
    orders: Store[Order],
    cashier: Cashier,
    gateway: StripeGateway,
    place: Callable[..., Awaitable[Order]],
) -> Order:
    """Stripe has charged it, and nobody here knows."""
    taken = await orders.save(cashier.take(await place(price=20)))
    intent = await gateway.create(taken.id, 1, 2000)
    await gateway.confirm(intent.id, "tok_visa", taken.id, taken.payment.attempt)
    at = now()
    moments = {"lease_until": at - timedelta(seconds=1), "look_at": at + timedelta(seconds=HOUR)}
    return await orders.save(taken.with_payment(intent_id=intent.id, **moments))


@pytest.fixture
def notify(
    orders: Store[Order],
    payments: Store[Payment],
    gateway: StripeGateway,
    cases: Cases,
    schedule: Schedule,
    recovery: Recovery,
) -> Callable[[str, Order], Awaitable[None]]:
    """`await notify(kind, order)`: Stripe says so of it."""
    notices = Notices(orders, payments, gateway, cases, schedule, recovery)

    async def notify(kind: str, order: Order) -> None:
        await notices.take(StripeEvent(kind, order.payment.intent_id, None, order.id, live=False))

    return notify


async def test_a_webhook_is_heard(
    orders: Store[Order],
    recovery: Recovery,
    notify: Callable[[str, Order], Awaitable[None]],
    abandoned: Order,
) -> None:
    """Its buyer has the ticket when Stripe says so."""
    await notify("payment_intent.succeeded", abandoned)

    assert await recovery.look() == 1
    assert (await orders.get(abandoned.id)).payment.status == PaymentStatus.CHARGED


@pytest.mark.parametrize("status", [PaymentStatus.NONE, PaymentStatus.CHARGING])
@pytest.mark.parametrize("due", [False, True])
async def test_what_came_of_a_charge_before_it_was_decided(
    orders: Store[Order],
    recovery: Recovery,
    dashboard: Any,
    notify: Callable[[str, Order], Awaitable[None]],
    abandoned: Order,
    status: PaymentStatus,
    due: bool,
) -> None:
    """It is looked at after the decision, whichever of the two is known first, and whether or not
    the order was to be looked at anyhow."""
    look_at = now() + timedelta(seconds=-1 if due else HOUR)
    lease_until = abandoned.payment.lease_until if status == PaymentStatus.CHARGING else None
    moments = {"look_at": look_at, "lease_until": lease_until}
    order = await orders.save(abandoned.with_payment(status=status, **moments))
    await dashboard.v1.refunds.create_async({"payment_intent": order.payment.intent_id})

    await notify("charge.refunded", order)

    while await recovery.look():
        pass
    payment = (await orders.get(order.id)).payment
    assert payment.status == PaymentStatus.CHARGED
    assert payment.watch
    assert payment.watch.refunded == 2000


@pytest.mark.parametrize("refunded", [0, 500])
async def test_it_is_no_difference_to_stripe_s_books(
    orders: Store[Order],
    payments: Store[Payment],
    cases: Cases,
    schedule: Schedule,
    recovery: Recovery,
    stripe: RunningFake,
    dashboard: Any,
    abandoned: Order,
    refunded: int,
) -> None:
    """Who compares them has it looked at, and what came of it, instead of calling a person."""
    if refunded:
        refund = {"payment_intent": abandoned.payment.intent_id, "amount": refunded}
        await dashboard.v1.refunds.create_async(refund)
    books = StripeBooks(STRIPE_KEY, stripe.url)
    recovery.interval = 0.02
    service = asyncio.create_task(recovery.run())

    comparison = Reconciliation(books, orders, payments, cases, schedule, patience=10.0)
    report = await comparison.run(HOUR)

    await end([service])
    await books.close()
    assert report.differences == []
    assert (await orders.get(abandoned.id)).payment.status == PaymentStatus.CHARGED
