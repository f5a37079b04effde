"""Noticing that the stream lost what was told, and telling it again."""

from contextlib import suppress
from copy import copy
from datetime import timedelta
from typing import Any

import pytest

from common.tests.conftest import Note, news, watching
from ticketing_common.errors import ServiceUnavailableError, VersionConflictError
from ticketing_common.events import resync_server
from ticketing_common.events.marks import moved_back
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
    watch = watching(stream, database, republishers=[Republisher(notes, news)])
    await watch.poll()
    return watch


async def test_a_stream_that_only_grew(
    watch: StreamWatch, stream: Stream, notes: Store[Note], note: Note
) -> None:
    """Nothing is told twice while the stream goes on."""
    await notes.save(note)
    await Publisher(stream).publish(news(note))

    await watch.poll()
    await watch.poll()

    assert await notes.outbox.pending(10) == []


async def test_another_stream_hears_everything(
    watch: StreamWatch, stream: Stream, notes: Store[Note], note: Note
) -> None:
    """A wiped broker comes back empty: the present state is told again, once."""
    await notes.save(note)
    await Publisher(stream).publish(news(note))
    await watch.poll()

    await stream.jetstream.delete_stream(stream.name)
    await stream.ensure()
    await watch.poll()
    await watch.resync.take_turn()
    await Relay(notes.outbox, Publisher(stream)).drain()
    await watch.poll()

    assert (await stream.info()).state.messages == 1
    assert await notes.outbox.pending(10) == []


async def test_a_stream_that_moved_back(
    watch: StreamWatch, stream: Stream, notes: Store[Note], note: Note
) -> None:
    """The same stream with a lower last sequence was restored from an older state."""
    await notes.save(note)
    await Publisher(stream).publish(news(note))
    await watch.poll()

    remembered = await watch.positions.get(StreamPosition.ID)
    await watch.positions.save(remembered.next(last_sequence=remembered.last_sequence + 5))
    await watch.poll()
    await watch.resync.take_turn()

    (waiting,) = await notes.outbox.pending(10)
    (message,) = waiting.messages
    assert message.id.startswith(f"ticket:updated/{note.id}/0/again/")


async def test_two_busy_replicas(
    watch: StreamWatch, stream: Stream, database: Database, notes: Store[Note], note: Note
) -> None:
    """What another replica remembers between this one's questions is no stream that moved back."""
    await notes.save(note)
    other = watching(stream, database)
    questions = 0

    def busy(question: Any) -> Any:
        """Before each but the first question the stream grows, and the other one remembers it."""

        async def ask(*arguments: Any) -> Any:
            nonlocal questions
            questions += 1
            if questions > 1:
                await Publisher(stream).publish(news(note.next(text="more")))
                await other.poll()
            return await question(*arguments)

        return ask

    asking = copy(stream)
    watch.stream, asking.info = asking, busy(stream.info)  # type: ignore[method-assign]
    watch.positions.find_id = busy(watch.positions.find_id)  # type: ignore[method-assign]

    with suppress(VersionConflictError):  # the other one was faster
        await watch.poll()

    await watch.resync.take_turn()
    assert questions > 1
    assert await notes.outbox.pending(10) == []


async def test_something_else_stands_there(watch: StreamWatch, stream: Stream, note: Note) -> None:
    """A restored stream that has outgrown what is remembered is told by what stands there; that
    it was discarded meanwhile, or that an older version did not remember it, is no sign."""
    await Publisher(stream).publish(news(note))
    remembered = await watch.poll()
    assert remembered.mark is not None
    other = remembered.mark.model_copy(update={"message": "another"})
    older = other.model_copy(update={"sequence": remembered.last_sequence + 1})
    gone = other.model_copy(update={"sequence": 0})

    verdicts = [
        await moved_back(stream, remembered.model_copy(update={"mark": mark}), (), remembered)
        for mark in (remembered.mark, None, older, gone, other)
    ]
    await stream.jetstream.purge_stream(stream.name)
    before = remembered.model_copy(update={"mark": other})
    discarded = await moved_back(stream, before, (), remembered)

    assert verdicts == [False, False, False, False, True]
    assert not discarded


async def test_several_ask_and_share_a_turn(
    watch: StreamWatch, notes: Store[Note], note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All is told once for whoever asked before it began, again for who asks later, and not too
    often; what was asked outlives a replica that ends in the middle."""
    monkeypatch.setattr(resync_server, "PAUSE", timedelta(0))
    resync = watch.resync
    await notes.save(note)

    assert [await resync.ask(each) for each in ("a", "b", "a")] == [False] * 3
    await resync.take_turn()
    await resync.take_turn()
    assert [await resync.ask(each) for each in ("a", "b", "c")] == [True, True, False]
    [waiting] = await notes.outbox.pending(10)
    assert len(waiting.messages) == 1

    with monkeypatch.context() as broken:
        broken.setattr(Republisher, "run", _fail)
        with pytest.raises(ServiceUnavailableError):
            await resync.take_turn()
    assert not await resync.ask("c")
    monkeypatch.setattr(resync_server, "PAUSE", timedelta(hours=1))
    await resync.take_turn()
    assert not await resync.ask("c")
    monkeypatch.setattr(resync_server, "PAUSE", timedelta(0))
    await resync.take_turn()
    assert await resync.ask("c")


async def _fail(_: Republisher) -> int:
    raise ServiceUnavailableError
