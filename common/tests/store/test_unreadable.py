"""What can't be read hides nothing else, and is told of once."""

import logging

import pytest
from bson import ObjectId, encode
from bson.raw_bson import RawBSONDocument
from pydantic import ValidationError

from common.tests.conftest import Note
from ticketing_common.errors import UnreadableDocumentError
from ticketing_common.store import Database, Page, Store, reads, unreadable
from ticketing_common.types import new_id


async def _mixed(database: Database, notes: Store[Note], readable: str) -> list[Note]:
    """Notes in the order of their ids, one for each letter of `readable`; "x" can't be read."""
    kept = []
    for letter in readable:
        note = Note(id=new_id(), slug=new_id(), text=letter)
        if letter == "x":
            odd = {"_id": ObjectId(note.id), "slug": {"no": note.slug}, "text": "x"}
            await database["notes"].insert_one(odd)
        else:
            kept.append(await notes.save(note))
    return kept


async def test_pages_go_by_what_is_stored(database: Database, notes: Store[Note]) -> None:
    """Each leads to the next, though nothing on it could be read."""
    kept = await _mixed(database, notes, "axxbxxxxxcdx")
    page: Page | None = Page(limit=3)

    pages = []
    while page:
        found = await notes.page({}, page)
        pages.append([note.text for note in found])
        page = found.next

    assert pages == [["d", "c"], [], ["b"], ["a"]]
    assert len(kept) == 4


async def test_each_goes_on(
    database: Database, notes: Store[Note], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Round trips full of what can't be read are passed over, and none is made twice."""
    monkeypatch.setattr(reads, "PAGE", 2)
    await _mixed(database, notes, "xxxaxxbxxxx")

    assert [note.text async for note in notes.each()] == ["a", "b"]
    assert [note.text async for note in notes.each({"text": "b"})] == ["b"]


async def test_a_limit_counts_what_can_be_read(database: Database, notes: Store[Note]) -> None:
    """What comes first and can't be read keeps nobody else waiting for ever."""
    await _mixed(database, notes, "xxxxabxc")

    found = await notes.find({}, sort=[("_id", 1)], limit=2)

    assert [note.text for note in found] == ["a", "b"]


async def test_asked_for_by_itself(
    database: Database, notes: Store[Note], caplog: pytest.LogCaptureFixture
) -> None:
    """It is an error of the service's, in the log once: which one and why, without its data."""
    await _mixed(database, notes, "x")
    (id,) = [str(each["_id"]) async for each in database["notes"].find({})]
    caplog.set_level(logging.ERROR)

    for ask in (notes.get(id), notes.get(id), notes.find_one({}), notes.latest("text", "x", "_id")):
        with pytest.raises(UnreadableDocumentError):
            await ask
    await notes.page({}, Page(limit=10))

    (record,) = caplog.records
    assert record.__dict__["document"] == id
    assert record.__dict__["reason"] == "slug: Input should be a valid string"
    assert record.exc_info is None


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten."""
    monkeypatch.setattr(unreadable, "MOST_REMEMBERED", 2)
    met = unreadable.Unreadable("notes")

    for id in "abc":
        met.meet({"_id": id}, _error())

    assert list(met._met) == ["b", "c"]


def _error() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Note.model_validate({})
    return caught.value


async def test_what_python_has_no_room_for(real_database: Database) -> None:
    """A moment in the year 10000 and text that is no UTF-8 are one document's trouble: in its
    batch, and in lists, the others are read."""
    notes = Store(real_database, Note)
    await real_database.prepare([notes])
    note = await notes.save(Note(id=new_id(), slug=new_id()))
    far = encode({"_id": ObjectId(), "slug": "far", "at": 0}).replace(
        b"\x10at\x00\x00\x00\x00\x00", b"\x09at\x00" + (2**60).to_bytes(8, "little")
    )
    far = len(far).to_bytes(4, "little") + far[4:]
    odd = encode({"_id": ObjectId(), "slug": "odd", "text": "MARK"}).replace(b"MARK", b"M\xff\xfeK")
    for raw in (far, odd):
        await real_database["notes"].insert_one(RawBSONDocument(raw))

    found = await notes.find({})

    assert note in found
    assert {each.slug for each in found} == {note.slug, "far", "odd"}
