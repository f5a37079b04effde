"""A tiny service of its own, so that common is tested without any of the real ones."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import ClassVar

import pytest

from common.tests.recorded import Recorded
from ticketing_common.events.catalogue import TicketUpdated
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.gaps import Missing
from ticketing_common.events.listener import Listener
from ticketing_common.events.resync import Republisher
from ticketing_common.events.resync_server import ResyncServer
from ticketing_common.events.stream import Stream
from ticketing_common.events.watch import StreamWatch
from ticketing_common.settings import NatsSettings
from ticketing_common.store import Database, Document, Index, Store
from ticketing_common.store.position import StreamPosition
from ticketing_common.store.resync_state import ResyncState
from ticketing_common.testing.virtual_time import VirtualTimeLoop
from ticketing_common.types import new_id

USER = "a" * 24


class Note(Document):
    collection: ClassVar[str] = "notes"
    publishes: ClassVar[bool] = True
    indexes: ClassVar[tuple[Index, ...]] = (Index((("slug", 1),), unique=True),)

    slug: str
    text: str = ""


class Copy(Document):
    """A replica with state, and so versions, of its own."""

    collection: ClassVar[str] = "copies"
    source_version: ClassVar[str] = "source"

    source: int
    text: str
    looked_at: bool = False


def news(note: Note) -> TicketUpdated:
    """Any event will do; this one has an id and a version."""
    return TicketUpdated(
        id=note.id, version=note.version, title=note.text or "-", price=1, user_id=USER
    )


class Recorder(Listener[TicketUpdated]):
    """Writes down what it hears; `trouble(event, time)` may raise first."""

    event = TicketUpdated
    queue_group = "recorder"

    def __init__(self, trouble: Callable[[TicketUpdated, int], None] | None = None) -> None:
        self.heard: list[TicketUpdated] = []
        self.seen: dict[str, int] = {}
        self.trouble = trouble

    async def on_message(self, event: TicketUpdated) -> None:
        self.seen[event.id] = self.seen.get(event.id, 0) + 1
        if self.trouble:
            self.trouble(event, self.seen[event.id])
        self.heard.append(event)


Until = Callable[..., Awaitable[None]]

IN_MEMORY = ("test_batch.py", "test_batch_company.py", "test_arrivals.py")


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Where all is in memory, so is time: a busy machine does not make callers late."""
    if item.path.name in IN_MEMORY:
        return {"virtual time": VirtualTimeLoop}
    return {"real time": asyncio.new_event_loop}


@pytest.fixture
def until() -> Until:
    """`await until(condition)`: return when it holds; fail after a minute."""

    async def wait(condition: Callable[[], bool | Awaitable[bool]], bound: float = 60) -> None:
        deadline = time.monotonic() + bound
        while True:
            met = condition()
            if met if isinstance(met, bool) else await met:
                return
            assert time.monotonic() < deadline, "the condition was not met in time"
            await asyncio.sleep(0.02)

    return wait


@pytest.fixture
async def notes(database: Database) -> Store[Note]:
    store = Store(database, Note)
    await database.prepare([store])
    return store


@pytest.fixture
def note() -> Note:
    return Note(id=new_id(), slug=new_id(), text="first")


@pytest.fixture
async def stream(nats_url: str, stream_name: str) -> AsyncIterator[Stream]:
    """A connection to a stream of this test's own, gone after it."""
    stream = connection(nats_url, stream_name)
    await stream.connect()
    yield stream
    await stream.jetstream.delete_stream(stream.name)
    await stream.jetstream.delete_stream(stream.dead_letters)
    await stream.close()


def connection(url: str, name: str = "test") -> Stream:
    settings = NatsSettings(NATS_URL=url, NATS_CLUSTER_ID=name, NATS_CLIENT_ID="test")
    return Stream(settings)


def watching(
    stream: Stream,
    database: Database,
    *consumers: Consumer,
    republishers: Sequence[Republisher] = (),
    service: str = "notes",
) -> StreamWatch:
    """One replica's watch over the stream."""
    positions, states = Store(database, StreamPosition), Store(database, ResyncState)
    database.prepared = True
    resync = ResyncServer(stream, states, service, republishers)
    return StreamWatch(stream, positions, consumers, resync, Missing())


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()
