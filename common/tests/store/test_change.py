"""Changing a document: decided of what was seen last, and saved where that is the present."""

import asyncio

import pytest

from common.tests.conftest import Copy, Note, news
from ticketing_common.errors import NotFoundError
from ticketing_common.store import Database, Store, last_seen
from ticketing_common.store.last_seen import LastSeen
from ticketing_common.store.retry import retrying
from ticketing_common.types import new_id


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


async def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten, whatever was saved again since is not."""
    monkeypatch.setattr(last_seen, "MOST_SEEN", 2)
    seen: LastSeen[Note] = LastSeen()
    first, second, third = (Note(id=new_id(), slug=new_id()) for _ in range(3))

    for note in (first, second, first.next(), third):
        seen.keep(note)

    assert [seen.get(each.id) for each in (first, second, third)] == [first.next(), None, third]
