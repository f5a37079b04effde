"""Entries of an outbox that this version can't read: on a real NATS server."""

import json
from typing import Any

import pytest

from common.tests.conftest import Note, Until, news
from common.tests.events.outboxes import are_told, is_empty, left_behind, relaying
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.stream import Stream
from ticketing_common.store import Database, Store


@pytest.fixture
def relay(notes: Store[Note], stream: Stream) -> Relay:
    return Relay(notes.outbox, Publisher(stream), "notes-service")


UNREADABLE: list[Any] = [
    {"id": "a", "subject": "ticket:updated", "data": "{}"},
    {"id": "a", "subject": "ticket:updated", "headers": {}},
    {"id": "a", "subject": 7, "data": "{}", "headers": {}},
    {"id": "a", "subject": "ticket:updated", "data": "{}", "headers": {"Attempt": 1}},
    {"id": "a", "subject": "ticket:updated", "data": "{}", "headers": None},
    "no entry",
    None,
]


@pytest.mark.parametrize("raw", UNREADABLE)
@pytest.mark.usefixtures("quick")
async def test_an_unreadable_entry(
    notes: Store[Note], relay: Relay, stream: Stream, until: Until, raw: Any
) -> None:
    """It is set aside as it is, and what is around it and elsewhere is told."""
    key = await left_behind(notes)
    await notes.database["notes"].update_one({"_id": key}, {"$push": {"outbox": raw}})
    note = (await notes.get(str(key))).next(text="later")
    await notes.save(note, news(note))
    await left_behind(notes)

    async with relaying(relay):
        await until(lambda: are_told(stream, 3))
        await until(lambda: is_empty(notes))

    stored = await notes.database["notes"].find_one({"_id": key})
    assert stored["outbox"] == []
    (letter,) = [each async for each in DeadLetters(stream).list()]
    assert (letter.subject, json.loads(letter.data)) == ("", raw)


@pytest.mark.usefixtures("quick")
async def test_an_outbox_that_is_no_list(
    real_database: Database, stream: Stream, until: Until
) -> None:
    """Not even that ends a relay."""
    notes = Store(real_database, Note)
    await real_database.prepare([notes])
    relay = Relay(notes.outbox, Publisher(stream))
    key = await left_behind(notes)
    raw = {"id": "a"}
    await notes.database["notes"].update_one({"_id": key}, {"$set": {"outbox": raw}})
    await left_behind(notes)

    async with relaying(relay):
        await until(lambda: are_told(stream, 1))
        await until(lambda: is_empty(notes))

    (letter,) = [each async for each in DeadLetters(stream).list()]
    assert json.loads(letter.data) == raw
