"""Watches of several replicas, of neighbouring versions too, over one stream."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from common.tests.conftest import Note, Recorder, connection, news, watching
from common.tests.events.streams import connected, connection_of_another, keep, publish
from ticketing_common.errors import VersionConflictError
from ticketing_common.events.catalogue import OrderCreated
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.listener import Listener
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.stream import Stream
from ticketing_common.events.watch import StreamWatch
from ticketing_common.store import Database
from ticketing_common.store.position import StreamPosition
from ticketing_common.store.writes import AlreadyExistsError
from ticketing_common.testing.ports import free_port
from ticketing_common.testing.servers import nats_server as served


class NewerListener(Listener[OrderCreated]):
    """One that the next version adds."""

    event = OrderCreated
    queue_group = "recorder"

    async def on_message(self, event: OrderCreated) -> None: ...


@asynccontextmanager
async def restored(
    tmp_path: Path, database: Database, note: Note, lost: Note
) -> AsyncIterator[tuple[StreamWatch, Stream, str]]:
    """A server that comes back from a backup, without the news of `lost`; a watch that has looked
    before that was told, the stream it told it on, and the server's URL."""
    folder, backup, port = tmp_path / "nats", tmp_path / "backup", free_port()
    folder.mkdir()
    with served(folder, port) as url:
        stream = connection(url)
        await stream.connect()
        await Publisher(stream).publish(news(note))
        watch = watching(stream, database)
        await watch.poll()
    copytree(folder, backup)
    with served(folder, port):
        await connected(stream)
        await Publisher(stream).publish(news(lost))
    with served(backup, port):
        await connected(stream)
        yield watch, stream, url
        await stream.close()


async def test_a_loss_that_only_one_replica_knows_of(
    tmp_path: Path, database: Database, note: Note
) -> None:
    """What was told last is gone, and another replica, which did not tell it, looks at the stream
    just then: the loss is noticed all the same, with the next poll at the latest."""
    lost = note.next(text="lost")
    async with restored(tmp_path, database, note, lost) as (watch, _, url):
        for _ in range(3):
            await connection_of_another(url)
        other = connection(url)
        await other.connect()
        watch.resync.ask = _after(  # type: ignore[method-assign]
            watching(other, database).poll, watch.resync.ask
        )

        with pytest.raises(VersionConflictError):
            await watch.poll()
        noticed = await watch.poll()
        again = await watch.poll()
        await other.close()

    assert (noticed.losses, again.losses) == (1, 1)


async def test_a_loss_that_later_news_has_outgrown(
    tmp_path: Path, database: Database, note: Note
) -> None:
    """What was told last on the connection before is gone, and on this one more has been told since
    than was lost: another message stands in its place."""
    lost = note.next(text="lost")
    async with restored(tmp_path, database, note, lost) as (watch, stream, _):
        for text in ("told", "since"):
            await Publisher(stream).publish(news(lost.next(text=text)))

        noticed = await watch.poll()

    assert noticed.losses == 1


def _after(first: Callable[[], Awaitable[object]], then: Callable[..., Awaitable[Any]]) -> Any:
    """`then`, the first time after `first`."""
    pending = [first]

    async def both(*arguments: Any) -> Any:
        if pending:
            await pending.pop()()
        return await then(*arguments)

    return both


async def test_a_listener_of_the_next_version(stream: Stream, database: Database) -> None:
    """How far it has heard is not forgotten by an older replica, which does not know it: it would
    be new at each look, and everything be told again for it."""
    await publish(stream, 30)
    await keep(stream, 10)
    letters = DeadLetters(stream)
    consumers = [Consumer(each, stream, letters) for each in (Recorder(), NewerListener())]
    for each in consumers:
        await each.create()
    newer, older = watching(stream, database, *consumers), watching(stream, database, consumers[0])
    asked = (await newer.poll()).awaited
    assert set(asked) == {"tickets", "orders"}

    await newer.others._no_longer_awaited("orders", asked["orders"])
    await publish(stream, 1)
    await older.poll()

    assert (await newer.poll()).awaited == {"tickets": asked["tickets"]}


async def test_another_one_begins_at_the_same_time(
    stream: Stream, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first to remember anything may be so fast that no majority has it yet: looked at again
    later, instead of ending the service."""
    watch = watching(stream, database)

    async def nothing(_: str) -> None:
        return None

    async def there_already(_: StreamPosition) -> None:
        raise AlreadyExistsError

    monkeypatch.setattr(watch.positions, "find_id", nothing)
    monkeypatch.setattr(watch.positions, "save", there_already)

    with pytest.raises(VersionConflictError):
        await watch._poll_or_find()
