"""News, saved in the document that it is of."""

import pytest

from common.tests.conftest import Copy, Note, news
from ticketing_common.errors import VersionConflictError
from ticketing_common.store import Database, Store
from ticketing_common.types import new_id


async def test_news_that_nobody_would_publish(database: Database, note: Note) -> None:
    """No relay empties the outbox of what does not publish, so nothing gets into it."""
    copies = Store(database, Copy)
    await database.prepare([copies])
    copy = Copy(id=new_id(), source=1, text="first")

    with pytest.raises(TypeError, match="Copy does not publish"):
        await copies.save(copy, news(note))

    assert await copies.find_id(copy.id) is None


async def test_news_is_saved_with_the_document(notes: Store[Note], note: Note) -> None:
    """Insert and update each carry their event in the same write, in order."""
    await notes.save(note, news(note))
    note = note.next(text="second")
    await notes.save(note, news(note))

    (waiting,) = await notes.outbox.pending(10)
    assert [message.id for message in waiting.messages] == [
        f"ticket:updated/{note.id}/0",
        f"ticket:updated/{note.id}/1",
    ]


async def test_a_losing_save_leaves_no_news(notes: Store[Note], note: Note) -> None:
    """What did not happen is not told."""
    await notes.save(note)
    await notes.save(note.next(text="mine"))

    with pytest.raises(VersionConflictError):
        await notes.save(note.next(), news(note.next()))

    assert await notes.outbox.pending(10) == []


async def test_published_news_is_taken_out_alone(notes: Store[Note], note: Note) -> None:
    """The relay takes out what it published; what was saved meanwhile stays."""
    await notes.save(note, news(note))
    (waiting,) = await notes.outbox.pending(10)
    later = note.next(text="later")
    await notes.save(later, news(later))

    await notes.outbox.remove([waiting])

    (left,) = await notes.outbox.pending(10)
    assert [message.id for message in left.messages] == [f"ticket:updated/{note.id}/1"]
    assert await notes.get(note.id) == later


async def test_republish_is_of_the_present_state_only(notes: Store[Note], note: Note) -> None:
    """What changed meanwhile is not told as it was."""
    await notes.save(note)
    await notes.save(note.next())

    with pytest.raises(VersionConflictError):
        await notes.republish(note, news(note))

    assert await notes.outbox.pending(10) == []


async def test_outbox_query_uses_its_index(real_database: Database, note: Note) -> None:
    """On a real mongod the relay's query never scans the collection."""
    notes = Store(real_database, Note)
    await real_database.prepare([notes])
    await notes.save(note, news(note))

    plan = await real_database["notes"].find({"outbox.id": {"$gt": ""}}).explain()

    assert plan["queryPlanner"]["winningPlan"]["inputStage"]["stage"] == "IXSCAN"
