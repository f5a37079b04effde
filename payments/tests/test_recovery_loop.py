"""The recovery loop: which orders it looks at, and when."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from payments.tests.paying import recovery_of
from ticketing_common.store import Store
from ticketing_common.tasks import end
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.recovery import PAGE, Recovery
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]


async def test_not_before_the_lease_has_run_out(
    recovery: Recovery, orders: Store[Order], stripe: RunningFake, lose: Act
) -> None:
    """While a request may still be at it, recovery leaves it alone."""
    lost = await lose()

    assert await recovery.look() == 0

    assert await orders.get(lost.id) == lost


async def test_by_itself_when_it_has(
    recovery: Recovery, orders: Store[Order], gateway: StripeGateway, place: Act
) -> None:
    """Once the lease has run out, the loop finds the charge without being asked."""
    order = await place()
    intent = await gateway.create(order.id, 1, 2000)
    await gateway.confirm(intent.id, "tok_visa", order.id, 1)
    taken = await orders.save(order.charging(now() + timedelta(seconds=0.5)))
    await orders.save(taken.with_payment(intent_id=intent.id))
    recovery.interval = 0.02

    loop = asyncio.create_task(recovery.run())

    async with asyncio.timeout(60):
        while (await orders.get(order.id)).payment.status != PaymentStatus.CHARGED:
            await asyncio.sleep(0.02)
    assert now() >= taken.payment.lease_until  # type: ignore[operator]
    await end([loop])


async def test_two_replicas_at_once(
    recovery: Recovery,
    orders: Store[Order],
    ledger: Ledger,
    gateway: StripeGateway,
    timing: Timing,
    stripe: RunningFake,
    lose: Act,
) -> None:
    """Both look; one of them decides."""
    lost = await lose()
    await orders.save(lost.with_payment(look_at=now()))
    other = recovery_of(orders, ledger, gateway, timing)
    asked = stripe.fake.counts

    asked.clear()
    await asyncio.gather(recovery.look(), other.look())

    assert (await orders.get(lost.id)).payment.status == PaymentStatus.CHARGED
    assert len((await orders.outbox.pending(10))[0].messages) == 1
    assert asked.as_json()["endpoints"]["GET /v1/payment_intents/{id}"]["200"] == 1


async def test_the_longest_waiting_come_first(
    recovery: Recovery, orders: Store[Order], place: Act
) -> None:
    """More due orders than one look takes are all served, and none before its elders."""
    at = now() - timedelta(minutes=5)
    placed = [
        await orders.save((await place()).charging(at - timedelta(seconds=number)))
        for number in range(PAGE + 3)
    ]

    assert await recovery.look() == PAGE

    late = await orders.find({"payment.status": PaymentStatus.CHARGING})
    assert {order.id for order in late} == {order.id for order in placed[:3]}
    assert (await recovery.look(), await recovery.look()) == (3, 0)


async def test_behind_what_cannot_be_read(
    recovery: Recovery, orders: Store[Order], place: Act
) -> None:
    """A look full of them that have waited longer keeps no payment from being recovered."""
    odd = {"payment": {"lookAt": now() - timedelta(hours=1), "status": "of another version"}}
    await orders.database["orders"].insert_many([{**odd} for _ in range(PAGE + 5)])
    good = await orders.save((await place()).charging(now() - timedelta(minutes=5)))

    assert await recovery.look() == 1

    assert (await orders.get(good.id)).payment.status == PaymentStatus.NONE
