"""Saving, reading and replicating documents."""

import asyncio
from typing import ClassVar

import pytest

from common.tests.conftest import Note, news
from ticketing_common.errors import DatabaseConnectionError, NotFoundError, VersionConflictError
from ticketing_common.store import AlreadyExistsError, Database, Document, Store, last_seen
from ticketing_common.store.last_seen import LastSeen
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


def shouted(note: Note) -> Note:
    return note.next(text=note.text.upper())


async def test_a_change(notes: Store[Note], note: Note) -> None:
    """What was decided of the stored document is saved and told; of what is not there, nothing."""
    await notes.save(note)

    changed = await notes.change(note.id, shouted, news)

    assert changed == await notes.get(note.id) == note.next(text="FIRST")
    (waiting,) = await notes.outbox.pending(10)
    assert [message.id for message in waiting.messages] == [f"ticket:updated/{note.id}/1"]
    with pytest.raises(NotFoundError):
        await notes.change(new_id(), shouted)


async def test_a_change_another_replica_was_faster_with(
    database: Database, notes: Store[Note], note: Note
) -> None:
    """What this replica saved last is out of date: it decides again, from what is stored."""
    await notes.save(note)
    await Store(database, Note).save(note.next(text="meanwhile"))

    changed = await notes.change(note.id, shouted)

    assert (changed.version, changed.text) == (2, "MEANWHILE")
    assert await notes.get(note.id) == changed


@pytest.mark.parametrize("refuses", [True, False])
async def test_the_past_refuses_nobody(
    database: Database, notes: Store[Note], note: Note, refuses: bool
) -> None:
    """That there is nothing to do, or that it is not allowed, is only ever said of the present."""

    def decide(note: Note) -> Note | None:
        if note.text != "first":
            return shouted(note)
        if refuses:
            raise PermissionError
        return None

    await notes.save(note)
    if refuses:
        with pytest.raises(PermissionError):
            await notes.change(note.id, decide)
    else:
        assert await notes.change(note.id, decide) == note
    await Store(database, Note).save(note.next(text="meanwhile"))

    assert (await notes.change(note.id, decide)).text == "MEANWHILE"


async def test_what_a_past_one_could_not_tell_is_told_of_the_present(
    notes: Store[Note], database: Database, note: Note
) -> None:
    """The remembered document may be of the past in what its event is made of, too."""
    # Given a note that another replica has given the text that its event needs
    await notes.save(note.model_copy(update={"text": ""}))
    await Store(database, Note).change(note.id, lambda note: note.next(text="meanwhile"))

    # When it is changed here, where it is remembered without
    def told(note: Note) -> None:
        if not note.text:
            raise ValueError("an event without a text")

    changed = await notes.change(note.id, lambda note: note.next(), told)

    # Then it is the present one that is changed
    assert changed.text == "meanwhile"


async def test_concurrent_changes_all_count(notes: Store[Note], note: Note) -> None:
    """Whoever loses to another's save decides again."""
    await notes.save(note)

    async def add() -> None:
        await notes.change(note.id, lambda note: note.next(text=note.text + "x"))

    await asyncio.gather(*(retrying(add, tries=50) for _ in range(10)))

    stored = await notes.get(note.id)
    assert (stored.version, stored.text) == (10, "first" + "x" * 10)


class Copy(Document):
    """A replica with state, and so versions, of its own."""

    collection: ClassVar[str] = "copies"
    source_version: ClassVar[str] = "source"

    source: int
    text: str
    looked_at: bool = False


async def test_news_that_nobody_would_publish(database: Database, note: Note) -> None:
    """No relay empties the outbox of what does not publish, so nothing gets into it."""
    copies = Store(database, Copy)
    await database.prepare([copies])
    copy = Copy(id=new_id(), source=1, text="first")

    with pytest.raises(TypeError, match="Copy does not publish"):
        await copies.save(copy, news(note))

    assert await copies.find_id(copy.id) is None


async def test_what_was_written_here_is_changed_without_reading_it(
    database: Database, notes: Store[Note], note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document as it was saved, a replica as it was inserted."""
    copies, id = Store(database, Copy), new_id()
    await notes.save(note)
    await copies.replicate(id, source_version=3, text="first")
    with monkeypatch.context() as unread:
        for store in (notes, copies):
            unread.setattr(store, "get", None)

        changed = await notes.change(note.id, shouted)
        looked_at = await copies.change(id, lambda copy: copy.next(looked_at=True))

    assert changed == await notes.get(note.id) == note.next(text="FIRST")
    assert looked_at == await copies.get(id)
    assert (looked_at.source, looked_at.version, looked_at.looked_at) == (3, 2, True)


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


async def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten, whatever was saved again since is not."""
    monkeypatch.setattr(last_seen, "MOST_SEEN", 2)
    seen: LastSeen[Note] = LastSeen()
    first, second, third = (Note(id=new_id(), slug=new_id()) for _ in range(3))

    for note in (first, second, first.next(), third):
        seen.keep(note)

    assert [seen.get(each.id) for each in (first, second, third)] == [first.next(), None, third]


async def test_a_unique_index_objects(notes: Store[Note], note: Note) -> None:
    """A second document under a unique key is refused."""
    await notes.save(note)

    with pytest.raises(AlreadyExistsError):
        await notes.save(Note(id=new_id(), slug=note.slug))


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


async def test_each_reads_everything(notes: Store[Note]) -> None:
    """`each` goes through all documents in the order of their ids."""
    ids = sorted([(await notes.save(Note(id=new_id(), slug=new_id()))).id for _ in range(5)])

    assert [note.id async for note in notes.each()] == ids


async def test_republish_is_of_the_present_state_only(notes: Store[Note], note: Note) -> None:
    """What changed meanwhile is not told as it was."""
    await notes.save(note)
    await notes.save(note.next())

    with pytest.raises(VersionConflictError):
        await notes.republish(note, news(note))

    assert await notes.outbox.pending(10) == []


async def test_nothing_before_the_indexes_exist(database: Database, note: Note) -> None:
    """Uniqueness rests on indexes, so a store without them refuses with a 503."""
    with pytest.raises(DatabaseConnectionError):
        await Store(database, Note).save(note)


async def test_outbox_query_uses_its_index(real_database: Database, note: Note) -> None:
    """On a real mongod the relay's query never scans the collection."""
    notes = Store(real_database, Note)
    await real_database.prepare([notes])
    await notes.save(note, news(note))

    plan = await real_database["notes"].find({"outbox.id": {"$gt": ""}}).explain()

    assert plan["queryPlanner"]["winningPlan"]["inputStage"]["stage"] == "IXSCAN"
