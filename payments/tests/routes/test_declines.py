"""Cards can't be tested here: so many may be declined, and then a 429 says when to go on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from payments.tests.routes.payer import DECLINED, VISA, Payer
from ticketing_common.store import Database, Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import now
from ticketing_payments import declines
from ticketing_payments.app import create_app
from ticketing_payments.config import Settings
from ticketing_payments.models.caller import HOUR, Caller
from ticketing_payments.models.order import Order
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]

REASON = "Your card was declined."


@pytest.fixture
async def new_api(
    client_of: Any, settings: Settings, database: Database
) -> AsyncIterator[Callable[..., Awaitable[httpx.AsyncClient]]]:
    """`await new_api(**settings)`: another replica."""
    apps = []

    async def create(**changes: int) -> httpx.AsyncClient:
        apps.append(create_app(settings.model_copy(update=changes), database))
        client: httpx.AsyncClient = await client_of(apps[-1])
        return client

    yield create
    for app in apps:
        await app.state.cashier.gateway.close()


@pytest.fixture
def callers(database: Database, orders: Store[Order]) -> Store[Caller]:
    return Store(database, Caller)


@pytest.fixture
def payer(sign_in: SignIn, place: Act) -> Callable[..., Payer]:
    return lambda address="203.0.113.1": Payer(sign_in, place, address)


async def test_an_order_takes_five_declines(
    new_api: Any, payer: Any, stripe: RunningFake, orders: Store[Order]
) -> None:
    """Each with the bank's reason, in any replica; from then on a 429 says when the ticket can be
    ordered again, and nothing reaches Stripe."""
    first, second, ann = await new_api(), await new_api(), payer()
    begun = now()
    order = await ann.order()
    declined = [
        await ann.pay(api, order, DECLINED) for api in (first, second, first, second, first)
    ]
    before = stripe.order(order.id)

    for api in (first, second):
        refused = await ann.pay(api, order, VISA)
        assert refused.status_code == 429
        taken = (now() - begun).total_seconds()
        assert 900 - taken <= int(refused.headers["Retry-After"]) <= 900
        assert refused.json()["errors"][0]["message"] == (
            "5 cards were declined for this order, its ticket can be ordered again in 15 minutes"
        )

    assert [each.status_code for each in declined] == [400] * 5
    assert {each.json()["errors"][0]["message"] for each in declined} == {REASON}
    assert stripe.order(order.id) == before
    assert (await orders.get(order.id)).payment.declines == 5


@pytest.mark.parametrize("failures", [0, 1, 4])
async def test_who_pays_after_declines_pays(new_api: Any, payer: Any, failures: int) -> None:
    """Up to the limit everything is as without it."""
    api, ann = await new_api(), payer()
    order = await ann.order()
    for _ in range(failures):
        assert (await ann.pay(api, order, DECLINED)).status_code == 400

    assert (await ann.pay(api, order, VISA)).status_code == 201


async def test_a_user_takes_ten_an_hour_wherever_they_are(
    new_api: Any, payer: Any, sign_in: SignIn, callers: Store[Caller]
) -> None:
    """Over all their orders and addresses. 429 says when the first of them is an hour old."""
    api, ann, begun = await new_api(), payer(), now()
    assert await ann.tries(api, 9) == [400] * 9
    ann.headers["X-Forwarded-For"] = "203.0.113.2"
    assert await ann.tries(api, 2) == [400, 429]

    ann.headers["X-Forwarded-For"] = "203.0.113.3"
    refused = await ann.pay(api, await ann.order(), VISA)
    assert refused.status_code == 429
    taken = (now() - begun).total_seconds()
    assert 3600 - taken <= int(refused.headers["Retry-After"]) <= 3600
    assert refused.json()["errors"][0]["message"] == (
        "Too many cards were declined, please try again in 60 minutes"
    )
    bob = payer("203.0.113.2")  # where one of ten was declined
    assert (await bob.pay(api, await bob.order(), VISA)).status_code == 201


async def test_an_address_takes_ten_an_hour_whoever_they_are(new_api: Any, payer: Any) -> None:
    """Signing up again buys no further try; another address is not held for it."""
    api = await new_api()
    for _ in range(5):
        assert await payer().tries(api, 2) == [400, 400]

    assert await payer().tries(api, 1) == [429]
    assert await payer("203.0.113.9").tries(api, 1) == [400]


async def test_another_replica_learns_it_with_its_first_decline(new_api: Any, payer: Any) -> None:
    """And so does one that was started again: what was declined is stored."""
    ann = payer()
    await ann.tries(await new_api(), 10)

    assert await ann.tries(await new_api(), 3) == [400, 429, 429]


async def test_an_hour_later_it_is_forgotten(
    new_api: Any, payer: Any, callers: Store[Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what was declined in the last hour counts."""
    api, ann = await new_api(), payer()
    await ann.tries(api, 10)
    assert await ann.tries(api, 1) == [429]

    later = now() + HOUR + timedelta(seconds=1)
    monkeypatch.setattr(declines, "now", lambda: later)

    assert await ann.tries(api, 1) == [400]
    assert (await callers.get(ann.id)).declines == (later,)


async def test_declines_at_once_are_all_counted(
    new_api: Any, payer: Any, callers: Store[Caller]
) -> None:
    """Those under way together are answered by the bank, and none is lost."""
    api, ann = await new_api(), payer()
    statuses = await asyncio.gather(*(ann.tries(api, 1) for _ in range(4)))

    assert statuses == [[400]] * 4
    assert len((await callers.get(ann.id)).declines) == 4


async def test_no_address_is_stored(new_api: Any, payer: Any, database: Database) -> None:
    """But a digest that nobody without our key can tell it by, for an hour."""
    await payer().tries(await new_api(), 1)

    stored = [each async for each in database["callers"].find({})]
    assert len(stored) == 2
    assert "203.0.113" not in str(stored)
    assert all(each["forgottenAt"] - each["declines"][0] == HOUR for each in stored)


async def test_what_is_stored_is_deleted_after_an_hour(real_database: Database) -> None:
    """By MongoDB itself, as the moment comes."""
    await real_database.prepare([Store(real_database, Caller)])

    indexes = await real_database["callers"].index_information()
    (index,) = [each for each in indexes.values() if "expireAfterSeconds" in each]
    assert (index["key"], index["expireAfterSeconds"]) == ([("forgottenAt", 1)], 0)


async def test_memory_is_bounded(new_api: Any, payer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is forgotten is known again with their next decline."""
    monkeypatch.setattr(declines, "REFUSED", 2)
    api, ann = await new_api(MAX_DECLINES_PER_HOUR=1), payer()
    await ann.tries(api, 1)
    await payer("203.0.113.2").tries(api, 1)

    assert await ann.tries(api, 2) == [400, 429]


async def test_zero_switches_both_off(new_api: Any, payer: Any, database: Database) -> None:
    """Nothing is counted, nothing is stored."""
    api = await new_api(MAX_DECLINES_PER_ORDER=0, MAX_DECLINES_PER_HOUR=0)
    ann = payer()
    order = await ann.order()

    assert {(await ann.pay(api, order, DECLINED)).status_code for _ in range(12)} == {400}
    assert (await ann.pay(api, order, VISA)).status_code == 201
    assert await database["callers"].count_documents({}) == 0
