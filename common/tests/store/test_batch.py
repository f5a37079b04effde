"""Micro-batching: its own rules."""

import asyncio
from collections.abc import Sequence

import pytest
from bson import ObjectId
from pydantic import ValidationError
from pymongo.errors import OperationFailure

from common.tests.conftest import Note, news
from ticketing_common.errors import NotFoundError, VersionConflictError
from ticketing_common.store import AlreadyExistsError, Database, Page, Store
from ticketing_common.store.batch import Batch, Shared
from ticketing_common.types import new_id


class Recorded:
    """Doubles numbers; a call waits until it is let go."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.gate = asyncio.Semaphore(0)

    async def run(self, items: list[int]) -> Sequence[int | Exception]:
        self.calls.append(items)
        await self.gate.acquire()
        return [ValueError(item) if item < 0 else item * 2 for item in items]


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


async def _started(recorded: Recorded, calls: int) -> None:
    while len(recorded.calls) < calls:
        await asyncio.sleep(0)


async def test_what_comes_meanwhile_goes_together(recorded: Recorded) -> None:
    """The first goes at once; who asks while it is under way goes with the next call."""
    batch: Batch[int, int] = Batch(recorded.run)
    first = asyncio.create_task(batch.ask(1))
    await _started(recorded, 1)
    others = [asyncio.create_task(batch.ask(number)) for number in (2, 3, 4)]

    recorded.gate.release()
    recorded.gate.release()

    assert await asyncio.gather(first, *others) == [2, 4, 6, 8]
    assert recorded.calls == [[1], [2, 3, 4]]
    assert batch.idle


async def test_one_bad_item_fails_alone(recorded: Recorded) -> None:
    """Neighbours of what fails get their results."""
    batch: Batch[int, int] = Batch(recorded.run)
    recorded.gate.release()

    results = await asyncio.gather(batch.ask(1), batch.ask(-1), return_exceptions=True)

    assert results[0] == 2
    assert isinstance(results[1], ValueError)


async def test_a_failed_call_fails_all_of_it_and_no_later_one(recorded: Recorded) -> None:
    """An outage is every caller's; the next call is a new try."""
    calls = 0

    async def run(items: list[int]) -> list[int]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ConnectionError
        return items

    batch: Batch[int, int] = Batch(run)

    results = await asyncio.gather(batch.ask(1), batch.ask(2), return_exceptions=True)

    assert [type(result) for result in results] == [ConnectionError, ConnectionError]
    assert await batch.ask(3) == 3


async def test_a_cancelled_caller_takes_nobody_along(recorded: Recorded) -> None:
    """The call goes on for the others."""
    batch: Batch[int, int] = Batch(recorded.run)
    gone, other = asyncio.create_task(batch.ask(1)), asyncio.create_task(batch.ask(2))
    await _started(recorded, 1)

    gone.cancel()
    recorded.gate.release()

    assert await other == 4
    assert gone.cancelled() or await asyncio.wait({gone})


async def test_a_shared_answer_is_asked_after_the_question() -> None:
    """A reader never gets an answer to a query that began before they asked."""
    shared: Shared[int] = Shared()
    asked = 0
    gate = asyncio.Semaphore(0)

    async def answer() -> int:
        nonlocal asked
        asked += 1
        mine = asked
        await gate.acquire()
        return mine

    first = asyncio.create_task(shared.ask("q", answer))
    while not asked:
        await asyncio.sleep(0)
    late = [asyncio.create_task(shared.ask("q", answer)) for _ in range(3)]
    gate.release()
    gate.release()

    assert await first == 1
    assert await asyncio.gather(*late) == [2, 2, 2]


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
    assert isinstance(found[1], ValidationError)
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


async def test_writes_wait_for_company_after_a_busy_one(recorded: Recorded) -> None:
    """Callers in a loop come back together: the first of them does not go alone."""
    batch: Batch[int, int] = Batch.of_writes(recorded.run)
    for _ in range(3):
        recorded.gate.release()
    await asyncio.gather(*(batch.ask(number) for number in (1, 2)))

    soon = asyncio.create_task(batch.ask(3))
    await asyncio.sleep(0)  # would be on its way by now
    answers = list(await asyncio.gather(soon, batch.ask(4)))

    assert answers == [6, 8]
    assert recorded.calls == [[1, 2], [3, 4]]


async def test_a_single_write_waits_for_nobody(recorded: Recorded) -> None:
    """Where nothing else goes on, company is not to be expected."""
    batch: Batch[int, int] = Batch.of_writes(recorded.run)
    recorded.gate.release()
    await batch.ask(1)

    alone = asyncio.create_task(batch.ask(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert recorded.calls == [[1], [2]]
    recorded.gate.release()
    await alone
