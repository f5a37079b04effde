"""pytest fixtures for every service. `--mongod` runs the same tests on a real MongoDB."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import nats
import pytest
from fastapi import FastAPI

from ticketing_common.settings import SessionSettings
from ticketing_common.store.database import TIMEOUTS, Database
from ticketing_common.testing import servers
from ticketing_common.testing.base_system import BaseDatabase
from ticketing_common.testing.in_memory import in_memory_database
from ticketing_common.testing.sessions import JWT_KEY, SignIn, signed_in
from ticketing_common.testing.since_backup import SinceBackup
from ticketing_common.types import new_id

ApiFactory = Callable[[FastAPI], Awaitable[httpx.AsyncClient]]
OBJECT_ID = re.compile(r"[0-9a-f]{24}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mongod", action="store_true", help="run on a real MongoDB, not in memory")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--mongod`, leave out what stores nothing: it would be the same as without."""
    if config.getoption("--mongod"):
        config.hook.pytest_deselected(items=[item for item in items if not _stores(item)])
        items[:] = [item for item in items if _stores(item)]


def _stores(item: pytest.Item) -> bool:
    return not {"database", "mongo_uri"}.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Ids are made anew in each of the processes that share the tests, which have to agree on the
    tests' names."""
    found = isinstance(val, str) and val.isascii() and OBJECT_ID.search(val)
    return OBJECT_ID.sub("<id>", str(val)) if found else None


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real mongod, started for the first test that asks for one."""
    with servers.mongod(tmp_path_factory.mktemp("mongod")) as uri:
        yield uri


@pytest.fixture(scope="session")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real NATS server with JetStream, started for the first test that asks for one."""
    with servers.nats_server(tmp_path_factory.mktemp("nats")) as url:
        yield url


@pytest.fixture
async def nats_url(nats_server: str) -> AsyncIterator[str]:
    """A real NATS server with JetStream, without streams."""
    yield nats_server
    client = await nats.connect(nats_server)
    for stream in await client.jetstream().streams_info():
        await client.jetstream().delete_stream(str(stream.config.name))
    await client.close()


@pytest.fixture
def stream_name() -> str:
    """For a stream of this test's own: one that was deleted a moment ago under the same name was
    seen to hold again what it had held."""
    return f"test-{new_id()}"


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real server that speaks Redis' protocol."""
    with servers.redis_server(tmp_path_factory.mktemp("redis")) as port:
        yield port


@pytest.fixture
async def database(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """An empty database: in memory, or on a real mongod with `--mongod`."""
    if not request.config.getoption("--mongod"):
        yield in_memory_database()
        return
    async for real in _real_database(request.getfixturevalue("mongo_uri"), request.node):
        yield real


@pytest.fixture
async def backup(database: Database, nats_url: str, stream_name: str) -> AsyncIterator[SinceBackup]:
    """The test's database, put back as it is now; and a stream that it knows, empty so far."""
    async with SinceBackup.of(database, nats_url, stream_name) as backup:
        yield backup


@pytest.fixture
async def real_database(mongo_uri: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """An empty database on a real mongod, for what only the real one does."""
    async for real in _real_database(mongo_uri, request.node):
        yield real


@pytest.fixture
async def base_database(
    mongo_uri: str, request: pytest.FixtureRequest
) -> AsyncIterator[BaseDatabase]:
    """An empty database of a base system, on a real mongod."""
    async with BaseDatabase.on(mongo_uri, f"base-{request.node.nodeid.split('/')[0]}") as base:
        yield base


async def _real_database(uri: str, test: pytest.Item) -> AsyncIterator[Database]:
    package = test.nodeid.split("/")[0]  # whose collections and indexes others do not share
    with pytest.MonkeyPatch.context() as patched:  # a busy machine's is slow
        patched.setitem(TIMEOUTS, "timeoutMS", 60_000)
        database = Database.connect(f"{uri}/test-{package}")
    await database.empty()
    yield database
    await database.close()


@pytest.fixture
def session_settings() -> SessionSettings:
    return SessionSettings(JWT_KEY=JWT_KEY)


@pytest.fixture
def sign_in(session_settings: SessionSettings) -> SignIn:
    """`sign_in()` gives the headers of a fresh user's requests, `sign_in(id)` those of that one."""
    return signed_in(session_settings)


@pytest.fixture
async def client_of() -> AsyncIterator[ApiFactory]:
    """`await client_of(app)`: an HTTP client of an app whose indexes are in place, no broker; no
    time passes for its rate limits, however slow the machine."""
    opened: list[httpx.AsyncClient] = []

    async def connect(app: FastAPI) -> httpx.AsyncClient:
        await prepare(app)
        for limit in getattr(app.state, "rate_limits", {}).values():
            limit.clock = lambda: 0.0
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://ticketing.dev")
        opened.append(client)
        return client

    yield connect
    for client in opened:
        await client.aclose()


async def prepare(app: FastAPI) -> None:
    stores: list[Any] = list(app.state.stores.values())
    if stores:
        await stores[0].database.prepare(stores)
