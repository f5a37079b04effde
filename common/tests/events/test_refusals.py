"""News that is not taken is its own document's trouble: on a real NATS server."""

import json
from collections.abc import Sequence

import pytest

from common.tests.conftest import Note, Recorder, Until, connection, news
from common.tests.events.outboxes import are_told, is_empty, left_behind, relaying
from ticketing_common.events import held, refusals
from ticketing_common.events import relay as relays
from ticketing_common.events.confirms import Outcome
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.message import Message
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.stream import Stream
from ticketing_common.service import create_service
from ticketing_common.settings import Settings
from ticketing_common.store import Database, Store
from ticketing_common.types import new_id

REFUSED = {"X-Request-Id": "x" * 65_536}  # JetStream takes 64 KiB of headers at most


@pytest.fixture
def relay(notes: Store[Note], stream: Stream) -> Relay:
    return Relay(notes.outbox, Publisher(stream), "notes-service")


async def test_the_others_news_flows_as_before(
    notes: Store[Note], relay: Relay, stream: Stream, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More documents than a page holds have news that JetStream refuses, and none of them has been
    tried often enough to be given up: what is saved, and what others left, is told all the same."""
    monkeypatch.setattr(relays, "PAGE", 5)
    monkeypatch.setattr(held, "FIRST_DELAY", 3600)
    for _ in range(12):
        await left_behind(notes, headers=REFUSED)
    for _ in range(8):
        await left_behind(notes)

    async with relaying(relay):
        await until(lambda: are_told(stream, 8))
        monkeypatch.setattr(relays, "POLL_INTERVAL", 3600)  # from here on, saves alone wake it
        for told in range(9, 14):
            note = Note(id=new_id(), slug=new_id())
            await notes.save(note, news(note))
            await until(lambda told=told: are_told(stream, told))


@pytest.mark.usefixtures("quick")
async def test_it_becomes_a_dead_letter(
    notes: Store[Note], relay: Relay, stream: Stream, until: Until
) -> None:
    """After five refusals, whole; the document's later news goes on, and a replay tells it."""
    key = await left_behind(notes, headers=REFUSED)
    note = (await notes.get(str(key))).next(text="later")
    await notes.save(note, news(note))

    async with relaying(relay):
        await until(lambda: are_told(stream, 1))
        await until(lambda: is_empty(notes))

    (letter,) = [each async for each in DeadLetters(stream).list()]
    assert (letter.listener, letter.subject) == ("notes-service outbox", "ticket:updated")
    assert "header size exceeds" in letter.reason
    assert json.loads(letter.data)["id"] == str(key)
    assert await DeadLetters(stream).count("notes-service") == 1
    await DeadLetters(stream).replay(letter.number)
    assert await are_told(stream, 2)


@pytest.mark.usefixtures("quick")
async def test_an_outage_is_no_refusal(
    notes: Store[Note],
    note: Note,
    relay: Relay,
    stream: Stream,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However often there is no answer, news is no dead letter, and is told in the end."""
    tries, send = 0, relay.publisher.send

    async def nobody_there(messages: Sequence[Message]) -> list[Outcome]:
        nonlocal tries
        tries += len(messages)
        if tries > 3 * refusals.MAX_REFUSALS:
            return await send(messages)
        return [TimeoutError() for _ in messages]

    monkeypatch.setattr(held, "LONGEST_DELAY", held.FIRST_DELAY)
    monkeypatch.setattr(relay.publisher, "send", nobody_there)
    await notes.save(note, news(note))

    async with relaying(relay):
        await until(lambda: are_told(stream, 1))

    assert await DeadLetters(stream).count() == 0


@pytest.mark.usefixtures("quick")
async def test_a_subject_that_nobody_listens_to(
    notes: Store[Note], relay: Relay, stream: Stream, until: Until
) -> None:
    """Another version's, perhaps, that has not started yet: it waits, and nobody with it."""
    await left_behind(notes, subject="venue:created")

    async with relaying(relay):
        await until(lambda: len(relay.held.documents()) == 1)
        for told in range(1, 4):
            note = Note(id=new_id(), slug=new_id())
            await notes.save(note, news(note))
            await until(lambda told=told: are_told(stream, told))
        config = (await stream.jetstream.stream_info(stream.name)).config
        subjects = [*(config.subjects or []), "venue:created"]
        await stream.jetstream.update_stream(config.evolve(subjects=subjects))
        await until(lambda: are_told(stream, 4))

    assert await DeadLetters(stream).count() == 0


@pytest.mark.usefixtures("quick")
async def test_more_than_the_server_takes(
    notes: Store[Note], relay: Relay, stream: Stream, until: Until
) -> None:
    """What not even a dead letter has room for is listed, and stays whole in its document."""
    data = "x" * (stream.client.max_payload + 1)
    key = await left_behind(notes, data=data)

    async with relaying(relay):
        await until(lambda: is_empty(notes))

    (letter,) = [each async for each in DeadLetters(stream).list()]
    assert letter.cut == f"{len(data)} bytes notes/{key}"
    stored = await notes.database["notes"].find_one({"_id": key})
    assert stored["outbox"] == []
    assert [each["data"] for each in stored["refused"]] == [data]
    assert (await notes.get(str(key))).next(text="later").version == 1


async def test_a_server_that_takes_little(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead letter fits it, whatever it is made of."""
    monkeypatch.setattr(stream.client, "_max_payload", 2048)
    letters = DeadLetters(stream)

    whole = await letters.set_aside("x", "s" * 5000, b"d" * 5000, "why\n" * 5000, "notes/1")

    assert not whole
    (letter,) = [each async for each in letters.list()]
    assert letter.data
    assert letter.reason.startswith("why\nwhy")
    assert letter.cut == "5000 bytes notes/1"


@pytest.mark.usefixtures("quick")
async def test_the_service_counts_it(
    database: Database, nats_url: str, stream: Stream, until: Until
) -> None:
    """Among the dead letters of its own that `/readyz` tells of."""
    notes = Store(database, Note)
    await database.prepare([notes])
    await left_behind(notes, headers=REFUSED)
    app = create_service(
        Settings(),
        database=database,
        stores=[notes],
        stream=connection(nats_url, stream.name),
        listeners=[Recorder()],
    )

    async with app.router.lifespan_context(app):
        await until(lambda: _are_counted(stream, Recorder.queue_group, 1))


async def _are_counted(stream: Stream, queue_group: str, number: int) -> bool:
    return await DeadLetters(stream).count(queue_group) == number
