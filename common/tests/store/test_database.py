"""A store that does not answer is a 503, not a crash."""

import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    CursorNotFound,
    OperationFailure,
    PyMongoError,
)

from common.tests.conftest import Note
from ticketing_common.errors import DatabaseConnectionError
from ticketing_common.store import Database, Store
from ticketing_common.store.database import TIMEOUTS, outages
from ticketing_common.testing.servers import free_port


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


def bulk_error(**details: object) -> BulkWriteError:
    return BulkWriteError({"writeErrors": [], "writeConcernErrors": [], **details})


@pytest.mark.parametrize(
    "error",
    [
        bulk_error(
            writeConcernErrors=[{"code": 64, "errmsg": "waiting for replication timed out"}]
        ),
        bulk_error(writeConcernErrors=[{"code": 189, "errmsg": "Primary stepped down"}]),
        bulk_error(writeErrors=[{"index": 0, "code": 91, "errmsg": "shutting down"}]),
        OperationFailure("no majority to read from yet", 134),
        OperationFailure("interrupted at shutdown", 11600),
        CursorNotFound("after a failover", 43),
        AutoReconnect("connection closed"),
    ],
)
def test_what_passes_is_an_outage(error: PyMongoError) -> None:
    """Whatever a server says while it goes, comes or elects: another try makes sense."""
    with pytest.raises(DatabaseConnectionError), outages():
        raise error


@pytest.mark.parametrize(
    "error",
    [
        bulk_error(writeErrors=[{"index": 0, "code": 11000, "errmsg": "duplicate key"}]),
        OperationFailure("unknown operator", 2),
    ],
)
def test_what_stays_wrong_is_none(error: PyMongoError) -> None:
    """What no other try would mend goes through as it is."""
    with pytest.raises(type(error)), outages():
        raise error
