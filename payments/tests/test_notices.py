"""What Stripe says of an order that several replicas know."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.gateway.webhook import StripeEvent
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment
from ticketing_payments.notices import Notices
from ticketing_payments.recovery import Recovery
from ticketing_payments.schedule import Schedule
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]


@pytest.fixture
def notices(
    orders: Store[Order],
    payments: Store[Payment],
    gateway: StripeGateway,
    cases: Cases,
    schedule: Schedule,
    recovery: Recovery,
) -> Notices:
    """Those of a replica that has seen nothing of what another does."""
    here = Store(orders.database, Order)
    return Notices(here, payments, gateway, cases, schedule, recovery)


async def test_confirmed_at_the_bank_soon_after_another_replica_charged(
    orders: Store[Order],
    notices: Notices,
    cashier: Cashier,
    recovery: Recovery,
    stripe: RunningFake,
    place: Act,
) -> None:
    """What this replica saw of the order under the other's lease is no reason to let it wait."""
    taken = await orders.save(cashier.take(await place()))
    await notices.take(_event("payment_intent.created", taken))
    order = await cashier.charge(taken, "tok_threeDSecure2Required")
    order = await orders.save(order.with_payment(look_at=now() + timedelta(hours=1)))
    stripe.authenticate(order.payment.intent_id or "")

    await notices.take(_event("payment_intent.succeeded", order))

    assert await recovery.look() == 1
    assert (await orders.get(order.id)).payment.status == PaymentStatus.CHARGED


async def test_what_makes_nothing_due_wakes_nobody(
    orders: Store[Order],
    notices: Notices,
    cashier: Cashier,
    recovery: Recovery,
    place: Act,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stripe tells of each step of each charge: no two queries are made for every word of it."""
    woken: list[str] = []
    monkeypatch.setattr(recovery, "wake", lambda: woken.append("once more"))
    taken = await orders.save(cashier.take(await place()))

    await notices.take(_event("payment_intent.created", taken))
    assert not woken

    order = await cashier.charge(taken, "tok_visa")
    await notices.take(_event("payment_intent.succeeded", order))
    assert not woken

    await notices.take(_event("charge.refunded", order))
    assert woken == ["once more"]


def _event(kind: str, order: Order) -> StripeEvent:
    return StripeEvent(kind, order.payment.intent_id, None, order.id, live=False)
