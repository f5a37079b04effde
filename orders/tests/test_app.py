"""The service, wired, on a real broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest
from nats.js.errors import NotFoundError

from ticketing_common.events.catalogue import (
    ExpirationComplete,
    OrderStatus,
    PaymentCreated,
    TicketCreated,
    TicketUpdated,
)
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.stream import Stream
from ticketing_common.store import Database, Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_orders.app import create_app
from ticketing_orders.config import Settings
from ticketing_orders.models.order import Order
from ticketing_orders.sweeper import Sweeper

Place = Callable[..., Awaitable[Order]]


@pytest.fixture
def broker(settings: Settings, nats_url: str) -> Settings:
    """The service's settings, with a broker that is there."""
    return settings.model_copy(update={"NATS_URL": nats_url})


@pytest.fixture
async def others(broker: Settings) -> AsyncIterator[Publisher]:
    """The other services' voice on the stream."""
    stream = Stream(broker)
    await stream.connect()
    yield Publisher(stream)
    await stream.close()


class Lent(Database):
    """A database that stays open when the service closes it: the test still needs it."""

    async def close(self) -> None: ...


@asynccontextmanager
async def _serving(settings: Settings, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings, Lent(database["orders"].database))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://ticketing.dev") as api,
    ):
        yield api


async def test_an_order_from_its_ticket_to_its_payment(
    broker: Settings, database: Database, others: Publisher, sign_in: SignIn
) -> None:
    """Heard, ordered, told, confirmed, paid: every step of it by way of the stream."""
    headers = sign_in()
    ticket: dict[str, Any] = {"id": new_id(), "title": "A concert", "user_id": new_id()}

    async with _serving(broker, database) as api:
        await others.publish(TicketCreated(**ticket, price=19.99, version=0))
        order = await _eventually(lambda: _post(api, ticket["id"], headers))
        told = await _eventually(lambda: _last(others, f"order:created/{order['id']}/0"))

        assert (told["userId"], told["ticket"]["price"]) == (order["userId"], 19.99)

        path = f"/api/orders/{order['id']}"
        await others.publish(TicketUpdated(**ticket, price=19.99, version=1, order_id=order["id"]))
        await _eventually(lambda: _has(api, path, headers, OrderStatus.AWAITING_PAYMENT))
        payment = PaymentCreated(id=new_id(), order_id=order["id"], stripe_id="ch_1")
        await others.publish(payment)
        await _eventually(lambda: _has(api, path, headers, OrderStatus.COMPLETE))


async def test_an_order_nobody_pays(
    broker: Settings,
    database: Database,
    others: Publisher,
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is cancelled when its time is reported to be up, and the others hear of that."""
    monkeypatch.setattr(Sweeper, "run", lambda _: asyncio.Event().wait())
    order = await place(left=-1)

    async with _serving(broker, database):
        await others.publish(ExpirationComplete(order_id=order.id))
        told = await _eventually(lambda: _last(others, f"order:cancelled/{order.id}/1"))

    assert (told["id"], told["status"]) == (order.id, "cancelled")


async def test_an_order_everybody_forgot(
    broker: Settings, database: Database, others: Publisher, place: Place, orders: Store[Order]
) -> None:
    """The sweeper runs beside the service."""
    order = await place(left=-60)
    short = broker.model_copy(update={"EXPIRATION_WINDOW_SECONDS": 2})

    async with _serving(short, database):
        await _eventually(lambda: _last(others, f"order:cancelled/{order.id}/1"))


async def _eventually(attempt: Callable[[], Awaitable[Any]], bound: float = 60) -> Any:
    """What it gives once that is something; fails after so many seconds."""
    async with asyncio.timeout(bound):
        while not (result := await attempt()):
            await asyncio.sleep(0.05)
    return result


async def _post(api: httpx.AsyncClient, ticket: str, headers: dict[str, str]) -> Any:
    response = await api.post("/api/orders", json={"ticketId": ticket}, headers=headers)
    return response.json() if response.status_code == 201 else None


async def _has(
    api: httpx.AsyncClient, path: str, headers: dict[str, str], status: OrderStatus
) -> bool:
    response = await api.get(path, headers=headers)
    return bool(response.json()["status"] == status)


async def _last(others: Publisher, id: str) -> Any:
    """The event of that id, once it is the last of its subject on the stream."""
    stream = others.stream
    try:
        message = await stream.jetstream.get_last_msg(stream.name, id.split("/")[0])
    except NotFoundError:
        return None
    if message.data is None or (message.headers or {}).get("Nats-Msg-Id") != id:
        return None
    return orjson.loads(message.data)
