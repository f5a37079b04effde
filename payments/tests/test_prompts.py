"""Looking at once because somebody waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from payments.tests.paying import pay
from payments.tests.serving import served
from ticketing_common.store import Database, Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_payments import prompts as module
from ticketing_payments.cashier import Cashier
from ticketing_payments.config import Settings
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.prompts import Prompts
from ticketing_payments.resolver import Resolver
from ticketing_payments.schedule import Schedule
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]
READ = "GET /v1/payment_intents/{id}"


@pytest.fixture
def prompts(
    orders: Store[Order], resolver: Resolver, schedule: Schedule, timing: Timing
) -> Prompts:
    return Prompts(orders, resolver, schedule, timing)


@pytest.fixture
async def page(
    client_of: Any, settings: Settings, database: Database
) -> AsyncIterator[httpx.AsyncClient]:
    """The API, with its workers but without its recovery loop."""
    async with served(client_of, settings, database) as client:
        yield client


def _asked(stripe: RunningFake) -> int:
    return sum(stripe.fake.counts.as_json()["endpoints"].get(READ, {}).values())


async def test_who_waits_for_the_bank_sees_it_soon(
    page: httpx.AsyncClient,
    sign_in: SignIn,
    cashier: Cashier,
    stripe: RunningFake,
    place: Act,
) -> None:
    """A page that polls learns within a look or two that the bank has confirmed, whatever the
    recovery loop is doing."""
    order = await pay(cashier, await place(), "tok_threeDSecure2Required")
    stripe.authenticate(order.payment.intent_id or "")

    async with asyncio.timeout(60):
        while True:
            found = await page.get(f"/api/payments/{order.id}", headers=sign_in(order.user_id))
            if found.json()["state"] == "charged":
                break
            assert found.json()["state"] == "authenticating"
            await asyncio.sleep(0.05)

    assert stripe.order(order.id)["charges"] == 1


async def test_a_crowd_of_pages_is_one_look(
    prompts: Prompts, cashier: Cashier, stripe: RunningFake, place: Act
) -> None:
    """At most once a second an order, and nothing is written while there is nothing new."""
    order = await pay(cashier, await place(), "tok_threeDSecure2Required")
    stripe.fake.counts.clear()

    for _ in range(20):
        assert await prompts.look(order) == order

    assert _asked(stripe) == 1


async def test_what_is_known_is_not_asked_for(
    prompts: Prompts, cashier: Cashier, stripe: RunningFake, place: Act
) -> None:
    """A payment that was declined, or that nobody has begun, costs Stripe nothing."""
    orders = [await place(), await pay(cashier, await place(), "tok_chargeDeclined")]
    stripe.fake.counts.clear()

    for order in orders:
        prompts.soon(order)
        await prompts.look(order)

    assert _asked(stripe) == 0


async def test_a_payment_under_way_is_left_alone(
    prompts: Prompts, cashier: Cashier, orders: Store[Order], lose: Act
) -> None:
    """Whoever holds its lease will know first."""
    lost = await lose()
    assert not prompts.worthwhile(lost)

    late = lost.with_payment(lease_until=now() - timedelta(seconds=1))

    assert prompts.worthwhile(late)


async def test_a_cancelled_order_is_known_as_not_charged_only_when_it_is(
    page: httpx.AsyncClient,
    sign_in: SignIn,
    cashier: Cashier,
    stripe: RunningFake,
    place: Act,
    cancel: Act,
) -> None:
    """While its intent may still charge, nobody says that it did not."""
    order = await cancel(await pay(cashier, await place(), "tok_threeDSecure2Required"))
    stripe.authenticate(order.payment.intent_id or "")

    states: list[str] = []
    async with asyncio.timeout(60):
        while not states or states[-1] == "closing":
            found = await page.get(f"/api/payments/{order.id}", headers=sign_in(order.user_id))
            states.append(found.json()["state"])
            await asyncio.sleep(0.05)

    assert states[0] == "closing"
    assert states[-1] in ("refund_due", "refunding")


async def test_one_that_hangs_keeps_no_page_waiting(
    page: httpx.AsyncClient,
    sign_in: SignIn,
    cashier: Cashier,
    stripe: RunningFake,
    place: Act,
) -> None:
    """The answer comes at once; what Stripe has to say is in a later one."""
    order = await pay(cashier, await place(), "tok_threeDSecure2Required")
    stripe.fault("lost_response", hang=True, method="GET", path="/v1/payment_intents/*")

    async with asyncio.timeout(1):
        found = await page.get(f"/api/payments/{order.id}", headers=sign_in(order.user_id))

    assert found.json()["state"] == "authenticating"


def test_its_memory_is_bounded(prompts: Prompts, monkeypatch: pytest.MonkeyPatch) -> None:
    """It remembers the orders it looked at last, and no more of them than stated."""
    monkeypatch.setattr(module, "REMEMBERED", 3)

    allowed = [prompts._allowed(id) for id in "abcdca"]

    assert allowed == [True, True, True, True, False, True]
    assert len(prompts._looked) == 3


@pytest.mark.parametrize("confirmed", [True, False])
async def test_a_late_post_reads_the_intent(
    page: httpx.AsyncClient,
    sign_in: SignIn,
    cashier: Cashier,
    orders: Store[Order],
    stripe: RunningFake,
    place: Act,
    confirmed: bool,
) -> None:
    """Who confirmed in time and comes back late has paid."""
    order = await pay(cashier, await place(), "tok_threeDSecure2Required")
    if confirmed:
        stripe.authenticate(order.payment.intent_id or "")
    stored = await orders.get(order.id)
    late = await orders.save(stored.next(expires_at=now() + timedelta(seconds=3)))

    answer = await page.post(
        "/api/payments",
        json={"token": "tok_visa", "orderId": late.id},
        headers=sign_in(late.user_id),
    )

    if confirmed:
        assert answer.status_code == 201
        assert (await orders.get(order.id)).payment.status == PaymentStatus.CHARGED
    else:
        assert answer.json() == {"errors": [{"message": "Order has expired"}]}
