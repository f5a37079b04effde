"""Saving, reading and replicating documents."""

import asyncio

import pytest

from common.tests.conftest import USER, Note
from ticketing_common.errors import DatabaseConnectionError, NotFoundError, VersionConflictError
from ticketing_common.store import AlreadyExistsError, Database, Store, arrivals
from ticketing_common.store.retry import retrying
from ticketing_common.types import new_id


async def test_round_trip(notes: Store[Note], note: Note) -> None:
    """What was saved is what is read."""
    await notes.save(note)

    assert await notes.get(note.id) == note


@pytest.mark.parametrize("id", [new_id(), "nonsense", "", "ffff"])
async def test_none_such(notes: Store[Note], id: str) -> None:
    """A missing document and an impossible id are not found."""
    with pytest.raises(NotFoundError):
        await notes.get(id)


async def test_several_by_their_ids(notes: Store[Note], note: Note) -> None:
    """Those that there are; what can't be an id is nobody's."""
    await notes.save(note)
    other = await notes.save(Note(id=new_id(), slug="other"))

    assert await notes.find_ids([note.id, new_id(), "nonsense"]) == {note.id: note}
    assert await notes.find_ids([note.id, other.id]) == {note.id: note, other.id: other}
    assert await notes.find_ids([]) == {}


async def test_a_stale_version_loses(notes: Store[Note], note: Note) -> None:
    """Of two savers who read the same version, one wins and the other hears of it."""
    await notes.save(note)

    await notes.save(note.next(text="mine"))
    with pytest.raises(VersionConflictError):
        await notes.save(note.next(text="yours"))

    assert (await notes.get(note.id)).text == "mine"


async def test_concurrent_savers_all_count(notes: Store[Note], note: Note) -> None:
    """Each retries from a fresh read: no update is lost."""
    await notes.save(note)

    async def add() -> None:
        fresh = await notes.get(note.id)
        await notes.save(fresh.next(text=fresh.text + "x"))

    await asyncio.gather(*(retrying(add, tries=50) for _ in range(10)))

    stored = await notes.get(note.id)
    assert (stored.version, stored.text) == (10, "first" + "x" * 10)


async def test_a_unique_index_objects(notes: Store[Note], note: Note) -> None:
    """A second document under a unique key is refused."""
    await notes.save(note)

    with pytest.raises(AlreadyExistsError):
        await notes.save(Note(id=new_id(), slug=note.slug))


async def test_replica_takes_only_what_is_newer(notes: Store[Note]) -> None:
    """A register: whatever order the versions come in, the highest stays."""
    id = new_id()

    applied = [
        await notes.replicate(id, version, slug=id, text=f"v{version}")
        for version in (2, 0, 3, 3, 1)
    ]

    assert applied == [True, False, True, False, False]
    stored = await notes.get(id)
    assert (stored.version, stored.text) == (3, "v3")


async def test_whoever_waits_for_a_replica_hears_of_it(
    notes: Store[Note], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, not with the next look."""
    monkeypatch.setattr(arrivals, "FIRST_PAUSE", 60.0)
    monkeypatch.setattr(arrivals, "PATIENCE", 60.0)
    id = new_id()
    waiting = asyncio.create_task(notes.arrivals.once_heard(id, USER, lambda: notes.get(id)))
    while not notes.arrivals.waiting:
        assert not waiting.done()
        await asyncio.sleep(0)

    await notes.replicate(id, 0, slug=id)

    assert (await asyncio.wait_for(waiting, 30)).slug == id


async def test_each_reads_everything(notes: Store[Note]) -> None:
    """`each` goes through all documents in the order of their ids."""
    ids = sorted([(await notes.save(Note(id=new_id(), slug=new_id()))).id for _ in range(5)])

    assert [note.id async for note in notes.each()] == ids


async def test_nothing_before_the_indexes_exist(database: Database, note: Note) -> None:
    """Uniqueness rests on indexes, so a store without them refuses with a 503."""
    with pytest.raises(DatabaseConnectionError):
        await Store(database, Note).save(note)
