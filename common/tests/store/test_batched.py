"""Many callers of one store at once: each gets its own answer."""

import asyncio
from typing import Any

import pytest
from bson import ObjectId
from pymongo.errors import BulkWriteError, OperationFailure

from common.tests.conftest import Note, news
from ticketing_common.errors import (
    DatabaseConnectionError,
    NotFoundError,
    UnreadableDocumentError,
    VersionConflictError,
)
from ticketing_common.store import AlreadyExistsError, Database, Page, Store
from ticketing_common.types import new_id


async def test_concurrent_reads_and_writes_of_a_store(notes: Store[Note], note: Note) -> None:
    """In one batch each caller gets its own: a document, none, an insert or a refusal."""
    await notes.save(note)
    fresh = [Note(id=new_id(), slug=new_id()) for _ in range(20)]
    taken = Note(id=new_id(), slug=note.slug)

    saved = await asyncio.gather(
        *(notes.save(each) for each in (*fresh, taken)), return_exceptions=True
    )
    found = await asyncio.gather(
        *(notes.get(each.id) for each in (*fresh, taken, note)), return_exceptions=True
    )

    assert saved[:-1] == fresh
    assert isinstance(saved[-1], AlreadyExistsError)
    assert found[:-2] == fresh
    assert isinstance(found[-2], NotFoundError)
    assert found[-1] == note


async def test_concurrent_updates(notes: Store[Note]) -> None:
    """In one batch each saver hears whether its version was still there, and nobody else's."""
    stored = [Note(id=new_id(), slug=new_id()) for _ in range(20)]
    await asyncio.gather(*(notes.save(each) for each in stored))
    stale, fresh = stored[:5], stored[5:]
    await asyncio.gather(*(notes.save(each.next(text="meanwhile")) for each in stale))

    saved = await asyncio.gather(
        *(notes.save(each.next(text="mine")) for each in stored), return_exceptions=True
    )
    twice = await asyncio.gather(
        *(notes.save(each.next().next(text="twice")) for each in (fresh[0], fresh[0])),
        return_exceptions=True,
    )

    assert [type(each) for each in saved] == [VersionConflictError] * 5 + [Note] * 15
    assert sorted(type(each).__name__ for each in twice) == ["Note", "VersionConflictError"]
    texts = [(await notes.get(each.id)).text for each in stored]
    assert texts == ["meanwhile"] * 5 + ["twice"] + ["mine"] * 14


async def test_a_write_that_fails_by_itself(real_database: Database) -> None:
    """What the store refuses of one document is that one's trouble; its neighbours are saved."""
    notes = Store(real_database, Note)
    await real_database.prepare([notes])
    good, bad = Note(id=new_id(), slug="good"), Note(id=new_id(), slug="bad")
    await asyncio.gather(notes.save(good), notes.save(bad))
    key = {"_id": ObjectId(bad.id)}
    await real_database["notes"].update_one(key, {"$set": {"outbox": "no list"}})

    saved = await asyncio.gather(
        *(notes.save(each.next(text="told"), news(each)) for each in (good, bad)),
        notes.save(Note(id=new_id(), slug="new")),
        return_exceptions=True,
    )

    assert [type(each) for each in saved] == [Note, OperationFailure, Note]
    assert (await notes.get(good.id)).text == "told"


async def test_an_update_a_unique_index_refuses(real_database: Database) -> None:
    """It is told from one that came too late."""
    notes = Store(real_database, Note)
    await real_database.prepare([notes])
    first, second = Note(id=new_id(), slug="first"), Note(id=new_id(), slug="second")
    await asyncio.gather(notes.save(first), notes.save(second))

    with pytest.raises(AlreadyExistsError):
        await notes.save(second.next(slug="first"))


async def test_a_document_that_cannot_be_read(
    notes: Store[Note], database: Database, note: Note
) -> None:
    """It is the trouble of who asks for it: others, and lists, go on without it."""
    await notes.save(note)
    odd = new_id()
    await database["notes"].insert_one({"_id": ObjectId(odd), "slug": {"not": "text"}})

    found = await asyncio.gather(notes.get(note.id), notes.get(odd), return_exceptions=True)

    assert found[0] == note
    assert isinstance(found[1], UnreadableDocumentError)
    assert await notes.find({}) == [note]
    assert await notes.page({}, Page(limit=10)) == [note]


async def test_concurrent_replicas_of_one_document(notes: Store[Note]) -> None:
    """All versions at once: the highest stays, and only those that were newer were applied."""
    id = new_id()

    await asyncio.gather(
        *(notes.replicate(id, version, slug=id, text=f"v{version}") for version in range(20))
    )

    stored = await notes.get(id)
    assert (stored.version, stored.text) == (19, "v19")


@pytest.mark.parametrize(
    ("stored", "expected"), [(2, [Note, Note]), (1, [DatabaseConnectionError] * 2)]
)
async def test_a_failure_that_is_no_documents(
    notes: Store[Note], monkeypatch: pytest.MonkeyPatch, stored: int, expected: list[type]
) -> None:
    """It is that one write's outage; where MongoDB does not say what became of the others, theirs
    too."""

    async def bulk_write(*_: Any, **__: Any) -> Any:
        failed = {"index": 2, "code": 91, "errmsg": "shutting down"}
        done = {"nInserted": stored, "nMatched": 0, "nUpserted": 0, "upserted": []}
        raise BulkWriteError({"writeErrors": [failed], "writeConcernErrors": [], **done})

    monkeypatch.setattr(notes._writes._collection, "bulk_write", bulk_write)

    saved = await asyncio.gather(
        *(notes.save(Note(id=new_id(), slug=new_id())) for _ in range(3)), return_exceptions=True
    )

    assert [type(each) for each in saved] == [*expected, DatabaseConnectionError]
