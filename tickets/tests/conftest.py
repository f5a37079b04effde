from typing import Any

import httpx
import pytest

from ticketing_common.store import Database, Store
from ticketing_common.testing.sessions import JWT_KEY
from ticketing_tickets.app import create_app
from ticketing_tickets.config import Settings
from ticketing_tickets.models.sale import Sale
from ticketing_tickets.models.ticket import Ticket


@pytest.fixture
async def api(client_of: Any, database: Database) -> httpx.AsyncClient:
    settings = Settings(
        JWT_KEY=JWT_KEY,
        MONGO_URI="mongodb://unused/tickets",
        NATS_URL="nats://unused",
        NATS_CLUSTER_ID="ticketing",
        NATS_CLIENT_ID="test",
    )
    client: httpx.AsyncClient = await client_of(create_app(settings, database))
    return client


@pytest.fixture
async def tickets(database: Database) -> Store[Ticket]:
    store = Store(database, Ticket)
    await database.prepare([store])
    return store


@pytest.fixture
async def sales(database: Database, tickets: Store[Ticket]) -> Store[Sale]:
    return Store(database, Sale)
