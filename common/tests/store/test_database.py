"""A store that does not answer is a 503, not a crash."""

import pytest

from common.tests.conftest import Note
from ticketing_common.errors import DatabaseConnectionError
from ticketing_common.store import Database, Store
from ticketing_common.store.database import TIMEOUTS
from ticketing_common.testing.ports import free_port


async def test_unreachable_store(note: Note, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads, writes and the ping say so, within the bound of one operation."""
    monkeypatch.setitem(TIMEOUTS, "timeoutMS", 200)
    database = Database.connect(f"mongodb://127.0.0.1:{free_port()}/test")
    database.prepared = True
    notes = Store(database, Note)

    for attempt in (notes.get(note.id), notes.save(note), notes.find({}), database.ping()):
        with pytest.raises(DatabaseConnectionError):
            await attempt
    await database.close()


async def test_majority_whatever_the_uri_says() -> None:
    """Writes wait for a journalled majority and reads see only that."""
    database = Database.connect("mongodb://127.0.0.1:1/test?w=1&readConcernLevel=local")

    collection = database["notes"]

    assert collection.write_concern.document == {"w": "majority", "j": True}
    assert collection.read_concern.level == "majority"
    await database.close()
