"""One account can't hold the market: so many orders it may have open, and no more."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from ticketing_common.errors import TooManyRequestsError
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import Database, Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id, now
from ticketing_orders import open_orders
from ticketing_orders.app import create_app
from ticketing_orders.config import Settings
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket
from ticketing_orders.open_orders import OpenOrders

MOST = 3
Place = Callable[..., Awaitable[Order]]


@pytest.fixture
def limited(settings: Settings) -> Settings:
    return settings.model_copy(update={"MAX_OPEN_ORDERS": MOST})


@pytest.fixture
async def api(client_of: Any, limited: Settings, database: Database) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await client_of(create_app(limited, database))
    return client


@pytest.fixture
def order(tickets: Store[Ticket]) -> Callable[..., Awaitable[httpx.Response]]:
    """`await order(api, user)` orders a ticket that nobody has ordered."""

    async def order(api: httpx.AsyncClient, user: dict[str, str]) -> httpx.Response:
        ticket = await tickets.save(Ticket(id=new_id(), title="A concert", price=20))
        return await api.post("/api/orders", json={"ticketId": ticket.id}, headers=user)

    return order


async def test_a_user_has_so_many_open_orders(
    api: httpx.AsyncClient, order: Any, sign_in: SignIn
) -> None:
    """Then 429, which says why and when the first of them ends; a cancelled one makes room."""
    ann, bob = sign_in(), sign_in()
    begun = now()
    made = [(await order(api, ann)) for _ in range(MOST)]
    refused = await order(api, ann)
    taken = (now() - begun).total_seconds()

    assert [each.status_code for each in made] == [201] * MOST
    assert refused.status_code == 429
    assert refused.json()["errors"] == [
        {
            "message": f"You have {MOST} open orders already, "
            "please pay for one, cancel one, or try again in 15 minutes"
        }
    ]
    assert 900 - taken <= int(refused.headers["Retry-After"]) <= 900
    assert (await order(api, bob)).status_code == 201

    await api.delete(f"/api/orders/{made[0].json()['id']}", headers=ann)
    assert (await order(api, ann)).status_code == 201
    assert (await order(api, ann)).status_code == 429


async def test_asking_for_all_at_once_gets_no_more(
    api: httpx.AsyncClient, order: Any, sign_in: SignIn
) -> None:
    """In one replica the count is exact, however many requests run at the same time."""
    ann = sign_in()

    answers = await asyncio.gather(*(order(api, ann) for _ in range(20)))

    assert Counter(each.status_code for each in answers) == {201: MOST, 429: 20 - MOST}


async def test_what_is_decided_holds_nothing(
    api: httpx.AsyncClient, order: Any, place: Place, sign_in: SignIn
) -> None:
    """Paid for, cancelled, or over without anybody having noticed yet: none of them counts."""
    id = new_id()
    ann = sign_in(id)
    await order(api, ann)  # from here on they are counted
    for number, status in enumerate([OrderStatus.COMPLETE, OrderStatus.CANCELLED] * 4):
        await place(status, user_id=id, reservation=number + 1)
    for number in range(4):
        await place(OrderStatus.AWAITING_PAYMENT, user_id=id, reservation=number + 20, left=-1)

    statuses = [(await order(api, ann)).status_code for _ in range(MOST)]

    assert statuses == [201] * (MOST - 1) + [429]


async def test_replicas_count_the_same_orders(
    api: httpx.AsyncClient,
    client_of: Any,
    limited: Settings,
    database: Database,
    order: Any,
    sign_in: SignIn,
) -> None:
    """Another replica lets one more through, the first it makes for a user, and then none."""
    ann, other = sign_in(), await client_of(create_app(limited, database))
    for _ in range(MOST):
        assert (await order(api, ann)).status_code == 201

    assert [(await order(other, ann)).status_code for _ in range(3)] == [201, 429, 429]
    assert (await order(api, ann)).status_code == 429


async def test_zero_switches_it_off(
    client_of: Any, settings: Settings, database: Database, order: Any, sign_in: SignIn
) -> None:
    """As load tests do."""
    unlimited = settings.model_copy(update={"MAX_OPEN_ORDERS": 0})
    api, ann = await client_of(create_app(unlimited, database)), sign_in()

    assert {(await order(api, ann)).status_code for _ in range(20)} == {201}


async def test_its_memory_is_bounded_and_forgets_nobody(
    orders: Store[Order], place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where more users come than it remembers, each is counted from the first order on."""
    monkeypatch.setattr(open_orders, "USERS", 2)
    limit, ann = OpenOrders(orders, 1, timedelta(minutes=15)), new_id()
    held = await place(user_id=ann)

    async def make() -> Order:
        return held

    for _ in range(2):
        await limit.one_more(new_id(), make)
    with pytest.raises(TooManyRequestsError):
        await limit.one_more(ann, make)
    await limit.one_more(new_id(), make)

    assert len(limit._seen) == 2
    assert not limit._turns


async def test_a_user_is_counted_for_a_window_after_their_first(orders: Store[Order]) -> None:
    """However long the replica has run; two windows later they are new to it."""
    moments = iter([0.0, 14, 15.5, 28.9, 46])
    limit, ann = OpenOrders(orders, 1, timedelta(seconds=15), lambda: next(moments)), new_id()

    assert [limit._is_first(ann) for _ in range(4)] == [True, False, False, True]
