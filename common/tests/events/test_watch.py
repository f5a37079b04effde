"""Noticing that the stream lost what was told, and telling it again."""

import pytest

from common.tests.conftest import Note, news
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.resync import Republisher
from ticketing_common.events.stream import Stream
from ticketing_common.events.watch import StreamWatch
from ticketing_common.store import Database, Store
from ticketing_common.store.position import StreamPosition


@pytest.fixture
async def watch(stream: Stream, database: Database, notes: Store[Note]) -> StreamWatch:
    """Knows the stream as it is now."""
    republisher = Republisher(notes, news)
    watch = StreamWatch(stream, Store(database, StreamPosition), [], [republisher])
    await watch.look()
    return watch


async def test_a_stream_that_only_grew(
    watch: StreamWatch, stream: Stream, notes: Store[Note], note: Note
) -> None:
    """Nothing is told twice while the stream goes on."""
    await notes.save(note)
    await Publisher(stream).publish(news(note))

    await watch.look()
    await watch.look()

    assert await notes.outbox.waiting(10) == []


async def test_another_stream_hears_everything(
    watch: StreamWatch, stream: Stream, notes: Store[Note], note: Note
) -> None:
    """A wiped broker comes back empty: the present state is told again, once."""
    await notes.save(note)
    await Publisher(stream).publish(news(note))
    await watch.look()

    await stream.jetstream.delete_stream(stream.name)
    await stream.ensure()
    await watch.look()
    await Relay(notes.outbox, Publisher(stream)).drain()
    await watch.look()

    assert (await stream.info()).state.messages == 1
    assert await notes.outbox.waiting(10) == []


async def test_a_stream_that_moved_back(
    watch: StreamWatch, stream: Stream, notes: Store[Note], note: Note
) -> None:
    """The same stream with a lower last sequence was restored from an older state."""
    await notes.save(note)
    await Publisher(stream).publish(news(note))
    await watch.look()

    remembered = await watch.positions.get(StreamPosition.ID)
    await watch.positions.save(remembered.next(last_sequence=remembered.last_sequence + 5))
    await watch.look()

    (waiting,) = await notes.outbox.waiting(10)
    (message,) = waiting.messages
    assert message.id.startswith(f"ticket:updated/{note.id}/0/again/")
