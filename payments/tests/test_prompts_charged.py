"""Looking at what is charged because somebody asks: no webhook says what was given back since."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import stripe as stripe_library

from payments.tests.paying import pay
from payments.tests.serving import served
from ticketing_common.store import Database, Store
from ticketing_common.testing.sessions import SignIn
from ticketing_payments import prompts as module
from ticketing_payments.cashier import Cashier
from ticketing_payments.config import Settings
from ticketing_payments.models.order import Order
from ticketing_payments.resolver import Resolver
from ticketing_stripe_fake.delays import Delays
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]
Ask = Callable[[], Awaitable[Any]]

KEY = "a key of thirty-two bytes or more, one"
READ = "GET /v1/payment_intents/{id}"
PATIENCE = 60.0  # seconds


@pytest.fixture
async def page(
    client_of: Any, settings: Settings, database: Database
) -> AsyncIterator[httpx.AsyncClient]:
    """The API and its workers, without its recovery loop and without a webhook."""
    settings = settings.model_copy(update={"ADMISSION_KEYS": (KEY,), "RATE_LIMIT_ADMISSIONS": 0})
    async with served(client_of, settings, database) as client:
        yield client


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHARGED_INTERVAL", 0.05)


@pytest.fixture
async def give_back(dashboard: stripe_library.StripeClient) -> Callable[..., Awaitable[None]]:
    """`await give_back(order, cents)`: somebody does so at Stripe's dashboard."""

    async def give_back(order: Order, amount: int) -> None:
        params: Any = {"payment_intent": order.payment.intent_id, "amount": amount}
        await dashboard.v1.refunds.create_async(params)

    return give_back


def _asked(stripe: RunningFake) -> int:
    return sum(stripe.fake.counts.as_json()["endpoints"].get(READ, {}).values())


async def _until(ask: Ask, name: str, value: object) -> Any:
    """The answer that says so."""
    async with asyncio.timeout(PATIENCE):
        while (told := await ask())[name] != value:
            await asyncio.sleep(0.02)
    return told


@pytest.fixture
def order_of(page: httpx.AsyncClient, sign_in: SignIn) -> Callable[[Order], Ask]:
    """`order_of(order)` asks as its page does."""

    def order_of(order: Order) -> Ask:
        async def ask() -> Any:
            path = f"/api/payments/{order.id}"
            return (await page.get(path, headers=sign_in(order.user_id))).json()

        return ask

    return order_of


@pytest.fixture
def door_of(page: httpx.AsyncClient) -> Callable[[str], Ask]:
    """`door_of(code)` asks as the door does."""

    def door_of(code: str) -> Ask:
        async def ask() -> Any:
            return (await page.get(f"/api/payments/admissions/{code}")).json()

        return ask

    return door_of


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize(("amount", "state"), [(500, "charged"), (2000, "refunding")])
async def test_its_page_notices_a_refund(
    cashier: Cashier,
    place: Act,
    give_back: Callable[..., Awaitable[None]],
    order_of: Callable[[Order], Ask],
    amount: int,
    state: str,
) -> None:
    """Made at the dashboard, with every webhook lost."""
    order = await pay(cashier, await place(), "tok_visa")
    await give_back(order, amount)

    told = await _until(order_of(order), "refundedAmount", amount / 100)

    assert (told["state"], told["refundPending"]) == (state, True)


@pytest.mark.usefixtures("often")
async def test_the_door_notices_a_refund(
    cashier: Cashier,
    place: Act,
    give_back: Callable[..., Awaitable[None]],
    order_of: Callable[[Order], Ask],
    door_of: Callable[[str], Ask],
) -> None:
    """Nobody has to open the order's page for it."""
    order = await pay(cashier, await place(), "tok_visa")
    code = (await order_of(order)())["admission"]
    assert (await door_of(code)())["standing"] == "valid"
    await give_back(order, 2000)

    await _until(door_of(code), "standing", "refunded")


@pytest.mark.usefixtures("often")
async def test_its_page_notices_a_dispute(
    cashier: Cashier, stripe: RunningFake, place: Act, order_of: Callable[[Order], Ask]
) -> None:
    """As the webhook would have it."""
    delays = stripe.fake.ledger.delays
    stripe.fake.ledger.delays = Delays(dispute=0)
    try:
        order = await pay(cashier, await place(), "tok_createDispute")
        told = await _until(order_of(order), "dispute", "open")
    finally:
        stripe.fake.ledger.delays = delays

    assert told["underReview"]


async def test_a_crowd_is_one_look(
    cashier: Cashier, stripe: RunningFake, place: Act, order_of: Callable[[Order], Ask]
) -> None:
    """However often it is asked for, until half a minute is over."""
    order = await pay(cashier, await place(), "tok_visa")
    stripe.fake.counts.clear()

    async with asyncio.timeout(PATIENCE):
        while not _asked(stripe):
            await order_of(order)()
    for _ in range(20):
        await order_of(order)()

    assert _asked(stripe) == 1


async def test_what_hangs_keeps_nobody_waiting(
    cashier: Cashier, stripe: RunningFake, place: Act, order_of: Callable[[Order], Ask]
) -> None:
    """Neither who asks, nor whoever waits for the bank meanwhile."""
    paid = [await pay(cashier, await place(), "tok_visa") for _ in range(module.WORKERS)]
    asked = await pay(cashier, await place(), "tok_threeDSecure2Required")
    for order in paid:
        path = f"/v1/payment_intents/{order.payment.intent_id}"
        stripe.fault("lost_response", hang=True, method="GET", path=path)
        assert (await order_of(order)())["state"] == "charged"
    stripe.authenticate(asked.payment.intent_id or "")

    await _until(order_of(asked), "state", "charged")


async def test_a_look_in_vain_writes_nothing(
    resolver: Resolver,
    orders: Store[Order],
    cashier: Cashier,
    place: Act,
    give_back: Callable[..., Awaitable[None]],
) -> None:
    """Nor does it put off recovery's own look at what is watched."""
    order = await orders.get((await pay(cashier, await place(), "tok_visa")).id)
    await resolver.step(order)
    assert await orders.get(order.id) == order
    await give_back(order, 500)
    await resolver.step(order)
    watched = await orders.get(order.id)
    assert watched.payment.watch

    for _ in range(3):
        assert not await resolver.step(watched)

    assert await orders.get(order.id) == watched
