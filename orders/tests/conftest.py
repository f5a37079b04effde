import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from orders.tests.heard import connection
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.events.event import Event
from ticketing_common.events.stream import Stream
from ticketing_common.store import Database, Store
from ticketing_common.testing import servers
from ticketing_common.testing.sessions import JWT_KEY
from ticketing_common.types import new_id, now
from ticketing_orders.app import create_app
from ticketing_orders.config import Settings
from ticketing_orders.models.order import Order, OrderedTicket
from ticketing_orders.models.ticket import Ticket


@pytest.fixture
def settings() -> Settings:
    return Settings(
        JWT_KEY=JWT_KEY,
        MONGO_URI="mongodb://unused/orders",
        NATS_URL="nats://unused",
        NATS_CLUSTER_ID="ticketing",
        NATS_CLIENT_ID="test",
    )


@pytest.fixture
def app(settings: Settings, database: Database) -> FastAPI:
    return create_app(settings, database)


@pytest.fixture
async def api(client_of: Any, app: FastAPI) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await client_of(app)
    return client


@pytest.fixture
async def orders(database: Database) -> Store[Order]:
    store = Store(database, Order)
    await database.prepare([store])
    return store


@pytest.fixture
async def tickets(database: Database, orders: Store[Order]) -> Store[Ticket]:
    return Store(database, Ticket)


@pytest.fixture
async def ticket(tickets: Store[Ticket]) -> Ticket:
    """A ticket the service has heard of."""
    return await tickets.save(Ticket(id=new_id(), title="A concert", price=20))


@pytest.fixture
def place(orders: Store[Order], ticket: Ticket) -> Callable[..., Awaitable[Order]]:
    """`await place(status)` stores an order with so many seconds left, under a reservation."""

    async def place(
        status: OrderStatus = OrderStatus.CREATED,
        *,
        user_id: str | None = None,
        reservation: int = 1,
        left: float = 900,
        of: Ticket = ticket,
    ) -> Order:
        held = OrderedTicket(**of.model_dump(), reservation=reservation)
        order = Order(
            id=new_id(),
            user_id=user_id or new_id(),
            status=status,
            expires_at=now() + timedelta(seconds=left),
            ticket=held,
        )
        return await orders.save(order)

    return place


@pytest.fixture
def news(orders: Store[Order]) -> Callable[[], Awaitable[list[str]]]:
    """`await news()` gives the ids of the orders' events that wait to be published."""

    async def news() -> list[str]:
        waiting = await orders.outbox.pending(1000)
        return [message.id for each in waiting for message in each.messages]

    return news


class Racing(Store[Order]):
    """Its first savers wait for each other: all have decided before any of them writes."""

    def __init__(self, database: Database, savers: int) -> None:
        super().__init__(database, Order)
        self.expected = savers
        self.barrier = asyncio.Barrier(savers)

    async def save(self, document: Order, *events: Event | None) -> Order:
        if self.expected:
            self.expected -= 1
            async with asyncio.timeout(60):
                await self.barrier.wait()
        return await super().save(document, *events)


@pytest.fixture
def racing(database: Database, orders: Store[Order]) -> Callable[[int], Store[Order]]:
    """`racing(n)` is the orders' store for n concurrent savers."""
    return lambda savers: Racing(database, savers)


class Overtaken(Store[Order]):
    """Something else is done between its first decision and the save of it."""

    def __init__(self, database: Database, meanwhile: Callable[[], Awaitable[None]]) -> None:
        super().__init__(database, Order)
        self.meanwhile: Callable[[], Awaitable[None]] | None = meanwhile

    async def save(self, document: Order, *events: Event | None) -> Order:
        if meanwhile := self.meanwhile:
            self.meanwhile = None
            await meanwhile()
        return await super().save(document, *events)


@pytest.fixture
def overtaken(database: Database, orders: Store[Order]) -> Callable[..., Store[Order]]:
    """`overtaken(f)` is the orders' store of a replica that another one is faster than: with
    `await f()`."""
    return lambda meanwhile: Overtaken(database, meanwhile)


@pytest.fixture
async def stream(tmp_path: Path) -> AsyncIterator[Stream]:
    with servers.nats_server(tmp_path) as url:
        stream = connection(url)
        await stream.connect()
        yield stream
        await stream.close()
