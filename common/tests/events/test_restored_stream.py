"""A stream that was restored from a backup: what it lacks is told again."""

from pathlib import Path
from shutil import copytree

import pytest

from common.tests.conftest import Note, connection, news, watching
from common.tests.events.streams import connected, connection_of_another
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.resync import Republisher
from ticketing_common.store import Store
from ticketing_common.testing.ports import free_port
from ticketing_common.testing.servers import nats_server as served


async def test_restored_and_outgrown(tmp_path: Path, notes: Store[Note], note: Note) -> None:
    """Remembered 3, restored to 2, 4 at the next look: what was told third is told again."""
    folder, backup = tmp_path / "nats", tmp_path / "backup"
    folder.mkdir()
    republishers = [Republisher(notes, news)]
    with served(folder) as url:
        stream = connection(url)
        await stream.connect()
        for version in range(2):
            await Publisher(stream).publish(news(note.next(text=str(version))))
        await stream.close()
    copytree(folder, backup)
    with served(folder) as url:
        stream = connection(url)
        await stream.connect()
        await notes.save(note, news(note))
        await Relay(notes.outbox, Publisher(stream)).drain()
        await watching(stream, notes.database, republishers=republishers).poll()
        await stream.close()
    with served(backup) as url:
        stream = connection(url)
        await stream.connect()
        for _ in range(2):
            await stream.publish("order:created", b"{}", {})
        watch = watching(stream, notes.database, republishers=republishers)
        await watch.poll()
        await watch.resync.take_turn()
        await stream.close()

    (waiting,) = await notes.outbox.pending(10)
    assert waiting.messages[0].id.startswith(f"ticket:updated/{note.id}/0/again/")


@pytest.mark.parametrize(("others", "ours"), [(0, 0), (3, 0), (0, 3)])
async def test_what_was_told_after_the_last_look_is_lost(
    tmp_path: Path, notes: Store[Note], note: Note, others: int, ours: int
) -> None:
    """A message that JetStream said it has, and has no more, is told again: also where nobody has
    looked at the stream in between, and whether or not it has been outgrown since, by news of
    others or of one's own."""
    folder, backup = tmp_path / "nats", tmp_path / "backup"
    folder.mkdir()
    port = free_port()
    with served(folder, port) as url:
        stream = connection(url)
        await stream.connect()
        await Publisher(stream).publish(news(note))
        watch = watching(stream, notes.database, republishers=[Republisher(notes, news)])
        await watch.poll()
    copytree(folder, backup)
    with served(folder, port):
        await connected(stream)
        await notes.save(note, news(note))
        await notes.save(note.next(text="lost"), news(note.next(text="lost")))
        await Relay(notes.outbox, Publisher(stream)).drain()
    with served(backup, port):
        await connected(stream)
        for _ in range(others):
            await connection_of_another(url)
        for _ in range(ours):
            await stream.publish("order:created", b"{}", {})
        await watch.poll()
        await watch.resync.take_turn()
        await watch.poll()
        await stream.close()

    (waiting,) = await notes.outbox.pending(10)
    assert [each.id.split("/again/")[0] for each in waiting.messages] == [
        f"ticket:updated/{note.id}/1"
    ]
