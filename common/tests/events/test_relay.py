"""From the outbox to the stream: on a real NATS server."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from common.tests.conftest import Note, Until, news
from common.tests.events.outboxes import are_told, is_empty, relaying
from ticketing_common.events import held
from ticketing_common.events import relay as relays
from ticketing_common.events.confirms import Outcome
from ticketing_common.events.message import Message
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.stream import BrokerUnavailableError, Stream
from ticketing_common.store import Outbox, Store, outbox
from ticketing_common.store.outbox import Pending
from ticketing_common.types import new_id


class Polls:
    """Counts how often a relay polls for what is stored: once, and an hour later again."""

    def __init__(self, outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made = 0
        poll = outbox.pending

        async def pending(limit: int, **which: Any) -> list[Pending]:
            self.made += 1
            return await poll(limit, **which)

        monkeypatch.setattr(outbox, "pending", pending)
        monkeypatch.setattr(relays, "POLL_INTERVAL", 3600)


@pytest.fixture
def polls(notes: Store[Note], monkeypatch: pytest.MonkeyPatch) -> Polls:
    return Polls(notes.outbox, monkeypatch)


@pytest.fixture
def relay(notes: Store[Note], stream: Stream) -> Relay:
    return Relay(notes.outbox, Publisher(stream))


async def test_what_was_just_saved_is_told_without_a_poll(
    notes: Store[Note],
    polls: Polls,
    relay: Relay,
    stream: Stream,
    until: Until,
) -> None:
    """This process's own news comes from memory, each once, and leaves the outbox."""
    async with relaying(relay):
        await until(lambda: polls.made == 1)
        for _ in range(5):
            note = Note(id=new_id(), slug=new_id())
            await notes.save(note, news(note))
            note = note.next(text="second")
            await notes.save(note, news(note))
        await until(lambda: are_told(stream, 10))
        await until(lambda: is_empty(notes))

    assert polls.made == 1


async def test_what_others_left_is_found(
    notes: Store[Note], note: Note, relay: Relay, stream: Stream, until: Until
) -> None:
    """News of a process that died before it told it waits in the store for any other."""
    await notes.save(note, news(note))
    notes.outbox.take_new()  # dies with its process

    async with relaying(relay):
        await until(lambda: are_told(stream, 1))
        await until(lambda: is_empty(notes))


async def test_more_than_memory_keeps(
    notes: Store[Note],
    relay: Relay,
    stream: Stream,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The store has what is too much for memory."""
    monkeypatch.setattr(outbox, "MOST_NEW", 3)
    many = [Note(id=new_id(), slug=new_id()) for _ in range(10)]
    await asyncio.gather(*(notes.save(each, news(each)) for each in many))
    assert len(notes.outbox.take_new()) == 3

    async with relaying(relay):
        await until(lambda: are_told(stream, 10))


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
    notes.outbox.take_new()  # dies with its process
    (read,) = await notes.outbox.pending(10)
    assert len(read.messages) == 3

    async with relaying(relay):
        await until(lambda: are_told(stream, 8))
        await until(lambda: is_empty(notes))


async def test_what_could_not_be_told_is_told_later(
    notes: Store[Note],
    note: Note,
    polls: Polls,
    relay: Relay,
    stream: Stream,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A broker that is away for a while costs nothing but time."""
    monkeypatch.setattr(held, "FIRST_DELAY", 0.01)
    refused, send = 0, relay.publisher.send

    async def refuse_at_first(messages: Sequence[Message]) -> list[Outcome]:
        nonlocal refused
        if refused < 3:
            refused += 1
            return [BrokerUnavailableError() for _ in messages]
        return await send(messages)

    monkeypatch.setattr(relay.publisher, "send", refuse_at_first)

    async with relaying(relay):
        await until(lambda: polls.made == 1)
        await notes.save(note, news(note))
        await until(lambda: are_told(stream, 1))
        await until(lambda: is_empty(notes))


async def test_told_and_not_yet_taken_out(
    notes: Store[Note],
    note: Note,
    polls: Polls,
    relay: Relay,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A poll does not find what was published a moment ago: that is removed before."""
    monkeypatch.setattr(relays, "LINGER", 3600)
    sent: list[str] = []
    send = relay.publisher.send

    async def count(messages: Sequence[Message]) -> list[Outcome]:
        outcomes = await send(messages)
        sent.extend(message.id for message in messages)
        return outcomes

    monkeypatch.setattr(relay.publisher, "send", count)

    async with relaying(relay):
        await until(lambda: polls.made == 1)
        await notes.save(note, news(note))
        await until(lambda: len(sent) == 1)
        await relay.drain()

    assert len(sent) == 1
    assert await is_empty(notes)


async def test_fresh_news_goes_between_two_pages(
    notes: Store[Note], relay: Relay, stream: Stream, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much history is told again, what has just happened does not wait for all of it."""
    monkeypatch.setattr(relays, "PAGE", 5)
    for _ in range(40):
        note = await notes.save(Note(id=new_id(), slug=new_id()))
        await notes.republish(note, news(note))
    present = Note(id=new_id(), slug=new_id())
    order: list[str] = []
    send = relay.publisher.send

    async def told(messages: Sequence[Message]) -> list[Outcome]:
        if messages and not order:
            await notes.save(present, news(present))
        order.extend(message.id for message in messages)
        return await send(messages)

    monkeypatch.setattr(relay.publisher, "send", told)

    async with relaying(relay):
        await until(lambda: are_told(stream, 41))

    assert order.index(f"ticket:updated/{present.id}/0") == 5
    assert len(order) == 41
