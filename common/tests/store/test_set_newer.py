"""`set_newer`: fields of a replica that have news of their own."""

import asyncio

import pytest

from common.tests.conftest import Note
from ticketing_common.errors import NotFoundError, VersionConflictError
from ticketing_common.store import Database, Store
from ticketing_common.types import new_id


class Counted(Note):
    collection = "counted"

    words: str = ""
    numbered: int = 0


@pytest.fixture
async def counted(database: Database) -> Store[Counted]:
    store = Store(database, Counted)
    await database.prepare([store])
    return store


async def test_only_what_is_newer(counted: Store[Counted]) -> None:
    """The highest number stays, whatever order they come in; nothing else is touched."""
    note = await counted.save(Counted(id=new_id(), slug="a", text="kept"))

    for number in (2, 1, 3, 3, 2):
        await counted.set_newer(note.id, "numbered", number, words=f"n{number}")

    stored = await counted.get(note.id)
    assert stored == note.model_copy(update={"words": "n3", "numbered": 3})


async def test_many_at_once(counted: Store[Counted]) -> None:
    """Those of one batch do not hide what became of each other."""
    note = await counted.save(Counted(id=new_id(), slug="a"))

    await asyncio.gather(
        *(counted.set_newer(note.id, "numbered", n, words=f"n{n}") for n in range(20))
    )

    stored = await counted.get(note.id)
    assert (stored.numbered, stored.words) == (19, "n19")


async def test_what_is_not_there(counted: Store[Counted]) -> None:
    """It inserts nothing."""
    with pytest.raises(NotFoundError):
        await counted.set_newer(new_id(), "numbered", 1, words="n1")

    assert await counted.find({}) == []


async def test_what_was_not_done(counted: Store[Counted], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes it for done."""
    note = await counted.save(Counted(id=new_id(), slug="a"))

    async def nothing(*_: object) -> bool:
        return False

    monkeypatch.setattr(counted._writes, "update", nothing)
    with pytest.raises(VersionConflictError):
        await counted.set_newer(note.id, "numbered", 1, words="n1")
