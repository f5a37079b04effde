"""Access that MongoDB takes away, as by a rotated password, is an outage and nobody's fault."""

import asyncio
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from common.tests.conftest import Note, Until, news
from ticketing_common.errors import DatabaseConnectionError
from ticketing_common.store import Database, Store
from ticketing_common.testing import servers
from ticketing_common.types import new_id

Admin = MongoClient[Any]
ROLES = [{"role": "readWrite", "db": "test"}]


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Admin]:
    """A mongod that asks everyone who they are, and a client of it that may do everything."""
    folder: Path = tmp_path_factory.mktemp("mongod")
    key = folder / "key"
    key.write_text("a key for tests only")
    key.chmod(stat.S_IRUSR)
    with servers.mongod(folder, "--keyFile", str(key)) as uri:
        with MongoClient[Any](uri, directConnection=True) as first:
            first["admin"].command("createUser", "admin", pwd="admin", roles=["root"])
        address = uri.removeprefix("mongodb://")
        with MongoClient[Any](f"mongodb://admin:admin@{address}") as client:
            yield client


def _connect(admin: Admin) -> Database:
    host, port = admin.address or ("", 0)
    options = (
        "authSource=admin&heartbeatFrequencyMS=500"  # so often is a refused server asked again
    )
    return Database.connect(f"mongodb://service:old@{host}:{port}/test?{options}")


@pytest.fixture
async def store(admin: Admin) -> AsyncIterator[Store[Note]]:
    """A prepared store of a user who may read and write."""
    admin["admin"].command("createUser", "service", pwd="old", roles=ROLES)
    database = _connect(admin)
    store = Store(database, Note)
    await database.prepare([store])
    yield store
    await database.close()
    if admin["admin"].command("usersInfo", "service")["users"]:
        admin["admin"].command("dropUser", "service")


async def _all_refused(store: Store[Note], note: Note) -> None:
    """Each way to the store says that it does not answer, and so does `/readyz`."""
    changed = note.next(text="changed")
    refused = await asyncio.gather(
        store.get(note.id),
        store.find_ids([note.id]),
        store.find_one({}),
        store.find({}),
        store.latest("slug", note.slug, by="_id"),
        store.save(changed, news(changed)),
        store.save(Note(id=new_id(), slug=new_id())),
        store.replicate(new_id(), 1, slug=new_id()),
        store.republish(note, news(note)),
        store.outbox.pending(10),
        store.outbox.remove([]),
        store.database.ping(),
        return_exceptions=True,
    )
    assert [type(each) for each in refused] == [DatabaseConnectionError] * 12


async def test_the_user_is_gone(admin: Admin, store: Store[Note], note: Note) -> None:
    """Connections that were let in are refused; the user being back, a restart mends it."""
    await store.save(note)
    admin["admin"].command("dropUser", "service")

    await _all_refused(store, note)

    admin["admin"].command("createUser", "service", pwd="old", roles=ROLES)
    restarted = Store(_connect(admin), Note)
    await restarted.database.prepare([restarted])
    assert await restarted.get(note.id) == note
    await restarted.database.close()


async def test_the_password_is_another(
    admin: Admin, store: Store[Note], note: Note, until: Until
) -> None:
    """New connections are refused, and let in once the password is right again."""
    await store.save(note)
    admin["admin"].command("updateUser", "service", pwd="new")
    later = Store(_connect(admin), Note)
    later.database.prepared = True

    await _all_refused(later, note)

    admin["admin"].command("updateUser", "service", pwd="old")

    async def answers() -> bool:
        with suppress(DatabaseConnectionError):
            await later.database.ping()
            return await later.get(note.id) == note
        return False

    await until(answers)
    await later.database.close()


async def test_it_may_only_read(admin: Admin, store: Store[Note], note: Note) -> None:
    """It goes on reading, and says that it is not ready."""
    await store.save(note)
    admin["admin"].command("updateUser", "service", roles=["readAnyDatabase"])

    assert await store.get(note.id) == note
    for attempt in (
        store.save(note.next()),
        store.compare_and_set(note.id, "text", "first", "second"),
        store.database.ping(),
    ):
        with pytest.raises(DatabaseConnectionError):
            await attempt


async def test_a_wrong_password_at_the_start(
    admin: Admin, note: Note, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    """The service waits, and begins once it is let in."""
    admin["admin"].command("createUser", "service", pwd="new", roles=ROLES)
    database = _connect(admin)
    store = Store(database, Note)

    preparing = asyncio.create_task(database.prepare([store]))
    await until(lambda: "waiting for the database" in caplog.messages)
    assert not preparing.done()
    admin["admin"].command("updateUser", "service", pwd="old")
    await preparing

    assert await store.save(note) == note
    await database.close()
    admin["admin"].command("dropUser", "service")
