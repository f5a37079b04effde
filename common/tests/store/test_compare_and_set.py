"""Changing one field of a document, where it is as expected."""

import asyncio

import pytest

from common.tests.conftest import Note
from ticketing_common.errors import NotFoundError
from ticketing_common.store import Database, Store
from ticketing_common.types import new_id


@pytest.mark.parametrize("seen", [True, False])
async def test_a_compare_and_set(
    database: Database,
    notes: Store[Note],
    note: Note,
    seen: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One field changes where it is as expected, and the version with it, without being read."""
    await notes.save(note)
    store = notes if seen else Store(database, Note)

    with monkeypatch.context() as unread:
        unread.setattr(store, "get", None)
        await store.compare_and_set(note.id, "text", "first", "second")
    await store.compare_and_set(note.id, "text", "first", "third")

    assert await notes.get(note.id) == note.next(text="second")
    assert await notes.outbox.pending(10) == []


async def test_a_compare_and_set_another_replica_was_faster_with(
    database: Database, notes: Store[Note], note: Note
) -> None:
    """What counts is what is stored, whatever this replica saved last."""
    await notes.save(note)
    other = note.next(text="meanwhile")
    await Store(database, Note).save(other)

    await notes.compare_and_set(note.id, "text", "first", "second")
    await notes.compare_and_set(note.id, "text", "meanwhile", "third")

    assert await notes.get(note.id) == other.next(text="third")


async def test_concurrent_compare_and_sets(database: Database, notes: Store[Note]) -> None:
    """In one batch each has its own outcome, though MongoDB only counts how many matched."""
    stored = [Note(id=new_id(), slug=new_id(), text=text) for text in ("a", "b", "a", "b", "a")]
    await asyncio.gather(*(notes.save(each) for each in stored))
    elsewhere, unknown = Store(database, Note), new_id()

    outcomes = await asyncio.gather(
        *(elsewhere.compare_and_set(each.id, "text", "a", "c") for each in (*stored, stored[0])),
        elsewhere.compare_and_set(unknown, "text", "a", "c"),
        return_exceptions=True,
    )

    assert [type(each) for each in outcomes] == [type(None)] * 6 + [NotFoundError]
    assert [(await notes.get(each.id)).text for each in stored] == ["c", "b", "c", "b", "c"]
    assert {(await notes.get(each.id)).version for each in stored} == {0, 1}
    assert await notes.find_id(unknown) is None
