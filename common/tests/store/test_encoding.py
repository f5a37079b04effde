"""A write or a question that can't be put into MongoDB's format fails for itself."""

import asyncio
from typing import Any

import pytest
from bson.errors import InvalidDocument
from pymongo.errors import DocumentTooLarge, OperationFailure

from common.tests.conftest import Note
from ticketing_common.errors import DatabaseConnectionError
from ticketing_common.store import Database, Store, writes
from ticketing_common.types import new_id


@pytest.fixture
async def notes(real_database: Database) -> Store[Note]:
    store = Store(real_database, Note)
    await real_database.prepare([store])
    return store


def note(**fields: Any) -> Note:
    return Note(id=new_id(), slug=new_id()).model_copy(update=fields)


BAD: list[tuple[str, dict[str, Any], type[Exception]]] = [
    ("too large a number", {"text": 2**63}, OverflowError),
    ("half a character", {"text": "\ud800"}, UnicodeEncodeError),
    ("a null in a name", {"text": {"a\0b": 1}}, InvalidDocument),
    ("no type of MongoDB's", {"text": {1, 2}}, InvalidDocument),
    ("a document too large", {"text": "x" * 17_000_000}, DocumentTooLarge),
]
DEEP: dict[str, Any] = {}
for _ in range(250):
    DEEP = {"in": DEEP}
BAD.append(("too many levels, which only the server counts", {"text": DEEP}, OperationFailure))
each_bad = pytest.mark.parametrize(
    ("bad", "error"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD]
)


@each_bad
async def test_inserts(notes: Store[Note], bad: dict[str, Any], error: type[Exception]) -> None:
    """Those it would have gone with are stored, before and behind it."""
    good = [note() for _ in range(4)]

    saved = await asyncio.gather(
        *(notes.save(each) for each in (*good[:2], note(**bad), *good[2:], note(**bad))),
        return_exceptions=True,
    )

    assert [type(each) for each in saved] == [Note, Note, error, Note, Note, error]
    assert await notes.find_ids(each.id for each in good) == {each.id: each for each in good}


@each_bad
async def test_updates(notes: Store[Note], bad: dict[str, Any], error: type[Exception]) -> None:
    """The others are changed, once, and each hears of its own."""
    good, guilty = [note() for _ in range(3)], note()
    await asyncio.gather(*(notes.save(each) for each in (*good, guilty)))

    saved = await asyncio.gather(
        notes.save(guilty.next(**bad)),
        *(notes.save(each.next(text="changed")) for each in good),
        return_exceptions=True,
    )

    assert [type(each) for each in saved] == [error, Note, Note, Note]
    assert {(await notes.get(each.id)).text for each in good} == {"changed"}
    assert await notes.get(guilty.id) == guilty


@each_bad
async def test_compare_and_sets(
    notes: Store[Note], bad: dict[str, Any], error: type[Exception]
) -> None:
    """So are those of a single field."""
    stored = [note() for _ in range(3)]
    await asyncio.gather(*(notes.save(each) for each in stored))
    elsewhere = Store(notes.database, Note)  # has seen none of them
    guilty, *good = stored

    outcomes = await asyncio.gather(
        elsewhere.compare_and_set(guilty.id, "text", "", bad["text"]),
        *(elsewhere.compare_and_set(each.id, "text", "", "set") for each in good),
        return_exceptions=True,
    )

    assert [type(each) for each in outcomes] == [error, type(None), type(None)]
    assert [(await notes.get(each.id)).text for each in stored] == ["", "set", "set"]


async def test_more_than_a_message(notes: Store[Note], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of so many bytes the first may have been stored already: nobody says that they are not."""
    monkeypatch.setattr(writes, "MAX_MESSAGE", 10)

    saved = await asyncio.gather(
        notes.save(note()), notes.save(note(text=2**63)), return_exceptions=True
    )

    assert [type(each) for each in saved] == [DatabaseConnectionError] * 2


async def test_questions(notes: Store[Note]) -> None:
    """Who asks for what can't be is told so, and nobody else."""
    stored = await notes.save(note())

    found = await asyncio.gather(
        notes.latest("slug", "\ud800", by="version"),
        notes.latest("slug", stored.slug, by="version"),
        return_exceptions=True,
    )

    assert [type(each) for each in found] == [UnicodeEncodeError, Note]
