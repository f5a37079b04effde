"""From the outbox to the stream: on a real NATS server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from common.tests.conftest import Note, Until, news
from ticketing_common.events import relay as relays
from ticketing_common.events.confirms import Outcome
from ticketing_common.events.message import Message
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.stream import BrokerUnavailableError, Stream
from ticketing_common.store import Outbox, Store, outbox
from ticketing_common.store.outbox import Waiting
from ticketing_common.types import new_id


@asynccontextmanager
async def relaying(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


class Looks:
    """Counts how often a relay looks for what is stored: once, and an hour later again."""

    def __init__(self, outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made = 0
        look = outbox.waiting

        async def waiting(limit: int) -> list[Waiting]:
            self.made += 1
            return await look(limit)

        monkeypatch.setattr(outbox, "waiting", waiting)
        monkeypatch.setattr(relays, "POLL_INTERVAL", 3600)


@pytest.fixture
def looks(notes: Store[Note], monkeypatch: pytest.MonkeyPatch) -> Looks:
    return Looks(notes.outbox, monkeypatch)


@pytest.fixture
def relay(notes: Store[Note], stream: Stream) -> Relay:
    return Relay(notes.outbox, Publisher(stream))


async def test_what_was_just_saved_is_told_without_a_look(
    notes: Store[Note],
    looks: Looks,
    relay: Relay,
    stream: Stream,
    until: Until,
) -> None:
    """This process's own news comes from memory, each once, and leaves the outbox."""
    async with relaying(relay):
        await until(lambda: looks.made == 1)
        for _ in range(5):
            note = Note(id=new_id(), slug=new_id())
            await notes.save(note, news(note))
            note = note.next(text="second")
            await notes.save(note, news(note))
        await until(lambda: _are_told(stream, 10))
        await until(lambda: _is_empty(notes))

    assert looks.made == 1


async def test_what_others_left_is_found(
    notes: Store[Note], note: Note, relay: Relay, stream: Stream, until: Until
) -> None:
    """News of a process that died before it told it waits in the store for any other."""
    await notes.save(note, news(note))
    notes.outbox.fresh()  # dies with its process

    async with relaying(relay):
        await until(lambda: _are_told(stream, 1))
        await until(lambda: _is_empty(notes))


async def test_more_than_memory_keeps(
    notes: Store[Note],
    relay: Relay,
    stream: Stream,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The store has what is too much for memory."""
    monkeypatch.setattr(outbox, "MOST_FRESH", 3)
    many = [Note(id=new_id(), slug=new_id()) for _ in range(10)]
    await asyncio.gather(*(notes.save(each, news(each)) for each in many))
    assert len(notes.outbox.fresh()) == 3

    async with relaying(relay):
        await until(lambda: _are_told(stream, 10))


async def test_a_document_that_was_saved_very_often(
    notes: Store[Note], relay: Relay, stream: Stream, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its news is read in slices, however much of it came together while the broker was away."""
    monkeypatch.setattr(outbox, "SLICE", 3)
    monkeypatch.setattr(relays, "SLICE", 3)
    note = await notes.save(Note(id=new_id(), slug=new_id()))
    for _ in range(8):
        note = note.next(text="again")
        await notes.save(note, news(note))
    notes.outbox.fresh()  # dies with its process
    (read,) = await notes.outbox.waiting(10)
    assert len(read.messages) == 3

    async with relaying(relay):
        await until(lambda: _are_told(stream, 8))
        await until(lambda: _is_empty(notes))


async def test_what_could_not_be_told_is_told_later(
    notes: Store[Note],
    note: Note,
    looks: Looks,
    relay: Relay,
    stream: Stream,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A broker that is away for a while costs nothing but time."""
    monkeypatch.setattr(relays, "FIRST_DELAY", 0.01)
    refused, send = 0, relay.publisher.send

    async def refuse_at_first(messages: Sequence[Message]) -> list[Outcome]:
        nonlocal refused
        if refused < 3:
            refused += 1
            return [BrokerUnavailableError() for _ in messages]
        return await send(messages)

    monkeypatch.setattr(relay.publisher, "send", refuse_at_first)

    async with relaying(relay):
        await until(lambda: looks.made == 1)
        await notes.save(note, news(note))
        await until(lambda: _are_told(stream, 1))
        await until(lambda: _is_empty(notes))


async def test_told_and_not_yet_taken_out(
    notes: Store[Note],
    note: Note,
    looks: Looks,
    relay: Relay,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A look does not find what was told a moment ago: that is taken out before."""
    monkeypatch.setattr(relays, "LINGER", 3600)
    sent: list[str] = []
    send = relay.publisher.send

    async def count(messages: Sequence[Message]) -> list[Outcome]:
        outcomes = await send(messages)
        sent.extend(message.id for message in messages)
        return outcomes

    monkeypatch.setattr(relay.publisher, "send", count)

    async with relaying(relay):
        await until(lambda: looks.made == 1)
        await notes.save(note, news(note))
        await until(lambda: len(sent) == 1)
        await relay.drain()

    assert len(sent) == 1
    assert await _is_empty(notes)


async def _are_told(stream: Stream, number: int) -> bool:
    return (await stream.info()).state.messages == number


async def _is_empty(notes: Store[Note]) -> bool:
    left: Sequence[Waiting] = await Outbox(notes.database, "notes").waiting(10)
    return not left
