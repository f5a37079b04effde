"""Fields that follow from others, kept in step whoever wrote those."""

import asyncio
from typing import Any, ClassVar

import pytest
from bson import ObjectId

from ticketing_common.store import Database, Derivation, Document, Index, Store
from ticketing_common.store import derivation as module
from ticketing_common.tasks import end
from ticketing_common.types import new_id

MISSING = {"shouted": None}


class Word(Document):
    collection: ClassVar[str] = "words"
    indexes: ClassVar[tuple[Index, ...]] = (Index((("shouted", 1), ("_id", -1))),)
    unread: ClassVar[tuple[str, ...]] = ("shouted",)

    text: str

    def derived(self) -> dict[str, Any]:
        return {"shouted": self.text.upper()}


@pytest.fixture
async def words(database: Database) -> Store[Word]:
    store = Store(database, Word)
    await database.prepare([store])
    return store


async def shouted(words: Store[Word], id: str) -> str | None:
    stored = await words.database["words"].find_one({"_id": ObjectId(id)})
    found: str | None = stored.get("shouted")
    return found


async def as_an_older_version(words: Store[Word], id: str, **fields: object) -> None:
    """Writes what it knows of, and leaves the rest."""
    change = {"$set": fields, "$inc": {"version": 1}}
    await words.database["words"].update_one({"_id": ObjectId(id)}, change, upsert=True)


async def test_a_save_writes_what_follows(words: Store[Word]) -> None:
    """Of what is inserted and of what is changed; and nothing reads it."""
    word = await words.save(Word(id=new_id(), text="a"))
    assert await shouted(words, word.id) == "A"

    await words.save(word.next(text="b"))

    assert await shouted(words, word.id) == "B"
    assert (await words.get(word.id)).model_dump() == {"id": word.id, "version": 1, "text": "b"}


async def test_what_an_older_version_wrote_is_derived(words: Store[Word]) -> None:
    """What it left out is found by an index, what it left as it was by going through all."""
    new, changed = new_id(), await words.save(Word(id=new_id(), text="a"))
    await as_an_older_version(words, new, text="new")
    await as_an_older_version(words, changed.id, text="b")
    derivation = Derivation(words, MISSING)

    assert await derivation.derive(MISSING) == 1
    assert (await shouted(words, new), await shouted(words, changed.id)) == ("NEW", "A")
    assert await derivation.derive() == 1
    assert await shouted(words, changed.id) == "B"
    assert await derivation.derive() == 0


async def test_many_and_one_that_cannot_be_read(
    words: Store[Word], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that can't be read keeps no other waiting, however many batches there are."""
    monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(module, "PAUSE", 0)
    ids = [new_id() for _ in range(7)]
    for number, id in enumerate(ids):
        await as_an_older_version(words, id, text=f"a{number}" if number else 5)

    assert await Derivation(words, MISSING).derive(MISSING) == 6

    assert [await shouted(words, id) for id in ids] == [None, *(f"A{n}" for n in range(1, 7))]


async def test_a_save_in_between_wins(words: Store[Word]) -> None:
    """What somebody saves while a batch is looked through is derived from what they saved."""
    word = await words.save(Word(id=new_id(), text="a"))
    await as_an_older_version(words, word.id, text="b")
    stored = await words.database["words"].find_one({"_id": ObjectId(word.id)})
    change = Derivation(words, MISSING)._change(stored)
    await words.save((await words.get(word.id)).next(text="c"))

    await words.database["words"].bulk_write([change])

    assert await shouted(words, word.id) == "C"


async def test_it_goes_on_by_itself(words: Store[Word], monkeypatch: pytest.MonkeyPatch) -> None:
    """All along: also what an older version writes beside this one, after the start."""
    monkeypatch.setattr(module, "MISSING_INTERVAL", 0.01)
    monkeypatch.setattr(module, "FIRST_INTERVAL", 0.01)
    id, other = new_id(), await words.save(Word(id=new_id(), text="x"))
    running = asyncio.create_task(Derivation(words, MISSING).run())
    await asyncio.sleep(0)
    try:
        await as_an_older_version(words, id, text="a")
        await as_an_older_version(words, other.id, text="y")
        async with asyncio.timeout(60):
            while (await shouted(words, id), await shouted(words, other.id)) != ("A", "Y"):
                await asyncio.sleep(0.01)
    finally:
        await end([running])
