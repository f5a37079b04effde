"""The recovery loop, where something is away, fails or hangs: nothing stops it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from ticketing_common.errors import DatabaseConnectionError
from ticketing_common.store import Store
from ticketing_common.tasks import end
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.recovery import Recovery
from ticketing_payments.schedule import MAX_BACKOFF
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]


@pytest.mark.parametrize(
    ("kind", "options"),
    [("drop_request", {}), ("error_before", {}), ("unavailable", {"status": 401})],
)
async def test_stripe_is_away(
    orders: Store[Order],
    timing: Timing,
    stripe: RunningFake,
    lose: Act,
    recover: Act,
    kind: Any,
    options: Any,
) -> None:
    """Recovery looks again, ever more seldom up to a bound, and for as long as it takes."""
    lost = await lose()
    fault = stripe.fault(kind, **options)
    delays = []
    for _ in range(8):
        before = now()
        found = await recover(lost)
        assert found.payment.status == PaymentStatus.CHARGING
        assert found.payment.look_at is not None
        delays.append(
            (found.payment.look_at - before) / timedelta(seconds=timing.recovery_interval)
        )

    stripe.fake.faults.remove(fault.id)

    assert [round(delay) for delay in delays[:4]] == [1, 2, 4, 8]
    assert max(delays) < MAX_BACKOFF + 1
    assert (await recover(lost)).payment.status == PaymentStatus.CHARGED


async def test_one_order_does_not_stop_the_others(
    recovery: Recovery, orders: Store[Order], gateway: StripeGateway, lose: Act, monkeypatch: Any
) -> None:
    """What nobody foresaw about one order delays that one only, and is in the log."""
    bad, good = await lose(), await lose()
    retrieve = gateway.retrieve

    async def unforeseen(intent_id: str) -> Any:
        if intent_id == bad.payment.intent_id:
            raise ZeroDivisionError
        return await retrieve(intent_id)

    monkeypatch.setattr(gateway, "retrieve", unforeseen)
    for order in (bad, good):
        await orders.save(order.with_payment(look_at=now()))

    assert await recovery.look() == 2

    assert (await orders.get(good.id)).payment.status == PaymentStatus.CHARGED
    assert (await orders.get(bad.id)).payment.looks == 1


async def test_the_store_is_away(
    recovery: Recovery, orders: Store[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop outlives an outage of the store."""
    looks = 0

    async def away(*_: Any, **__: Any) -> Any:
        nonlocal looks
        looks += 1
        raise DatabaseConnectionError

    monkeypatch.setattr(orders, "find", away)
    recovery.interval = 0.01
    loop = asyncio.create_task(recovery.run())

    async with asyncio.timeout(60):
        while looks < 3:
            await asyncio.sleep(0.01)

    assert not loop.done()
    await end([loop])


@pytest.mark.parametrize("path", ["/v1/payment_intents/*", "/v1/refunds"])
async def test_one_that_hangs_delays_nobody(
    recovery: Recovery,
    orders: Store[Order],
    gateway: StripeGateway,
    stripe: RunningFake,
    lose: Act,
    cancel: Act,
    path: str,
) -> None:
    """Others are taken up while Stripe keeps one waiting, not only when its page is through."""
    hanging = await cancel(await lose())
    stripe.fault("lost_response", hang=True, path=path, next=1)
    await orders.save(hanging.with_payment(look_at=now()))
    recovery.interval = 0.02
    loop = asyncio.create_task(recovery.run())
    async with asyncio.timeout(gateway.read_timeout / 2):
        while not any(fault.fired for fault in stripe.fake.faults.all()):
            await asyncio.sleep(0.01)

        for _ in range(3):
            other = await lose()
            await orders.save(other.with_payment(look_at=now()))
            while (await orders.get(other.id)).payment.status != PaymentStatus.CHARGED:
                await asyncio.sleep(0.01)

    assert (await orders.get(hanging.id)).payment.status != PaymentStatus.REFUNDED
    await end([loop])


async def test_no_step_outlives_its_lease(
    recovery: Recovery, orders: Store[Order], lose: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever hangs, the order is let go before another replica may take it."""
    lost = await lose()
    recovery.lease = 0.05
    monkeypatch.setattr(recovery.resolver, "step", lambda _: asyncio.sleep(60))
    await orders.save(lost.with_payment(look_at=now()))

    async with asyncio.timeout(30):
        assert await recovery.look() == 1

    assert (await orders.get(lost.id)).payment.looks == 1
