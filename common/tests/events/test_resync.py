"""Telling the present state again, whatever else happens to it."""

from common.tests.conftest import Note, news
from ticketing_common.events.event import Event
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.resync import AT_ONCE, Republisher
from ticketing_common.events.stream import Stream
from ticketing_common.store import Database, Store
from ticketing_common.types import new_id


async def test_every_document_is_told(notes: Store[Note]) -> None:
    """More than fit into one go, each once."""
    ids = {(await notes.save(Note(id=new_id(), slug=new_id()))).id for _ in range(AT_ONCE + 3)}

    told = await Republisher(notes, news).run()

    assert told == AT_ONCE + 3
    assert {str(waiting.document) for waiting in await notes.outbox.pending(1000)} == ids


async def test_what_was_just_told_is_told_again(
    stream: Stream, notes: Store[Note], note: Note
) -> None:
    """The stream drops repetitions within two minutes: this must not be taken for one."""
    await notes.save(note, news(note))
    relay = Relay(notes.outbox, Publisher(stream))
    await relay.drain()

    for _ in range(2):
        await Republisher(notes, news).run()
        await relay.drain()

    assert (await stream.info()).state.messages == 3


async def test_a_document_that_changes_meanwhile(notes: Store[Note], note: Note) -> None:
    """It is told as it is then, even where the change brought no news of its own."""
    await notes.save(note)
    changes = [note.next(text="second")]

    async def change() -> None:
        while changes:
            await notes.save(changes.pop())

    class Changing(Store[Note]):
        async def republish(self, document: Note, *events: Event) -> None:
            await change()
            await super().republish(document, *events)

    store = Changing(notes.database, Note)
    assert await Republisher(store, news).run() == 1

    (waiting,) = await notes.outbox.pending(10)
    (message,) = waiting.messages
    assert b'"title":"second"' in message.data


async def test_a_document_from_before_there_were_versions(
    notes: Store[Note], database: Database, note: Note
) -> None:
    """It is told as version 0."""
    await notes.save(note)
    await database["notes"].update_one({"slug": note.slug}, {"$unset": {"version": 1}})

    assert await Republisher(notes, news).run() == 1
    assert len(await notes.outbox.pending(10)) == 1


async def test_one_that_cannot_be_told(notes: Store[Note]) -> None:
    """It is in the log, and the others are told."""
    for text in ("good", "bad", "good"):
        await notes.save(Note(id=new_id(), slug=new_id(), text=text))

    def tell(note: Note) -> Event:
        assert note.text == "good"
        return news(note)

    assert await Republisher(notes, tell).run() == 2
