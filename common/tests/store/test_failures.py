"""Which of MongoDB's errors mean that it does not answer, and which that a document is wrong."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConfigurationError,
    CursorNotFound,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
)

from ticketing_common.errors import DatabaseConnectionError
from ticketing_common.store import Database
from ticketing_common.store.failures import failure_of, outages

# By the categories of MongoDB's own list of error codes, and what has none by what it is about.
NO_DOCUMENTS_FAULT = {
    "NetworkError": [6, 7, 89, 9001],
    "NotPrimaryError": [189, 10107, 10058, 11602, 13435, 13436],
    "ShutdownError": [91, 11600],
    "Interruption": [24, 50, 237, 262, 279, 290, 11601],
    "WriteConcernError": [64, 75, 79, 100],
    "SnapshotError": [239, 246, 250],
    "RetriableError": [134, 358, 384],
    "CursorInvalidatedError": [43, 96, 136, 175],
    "VersionedAPIError": [322, 323, 324],
    "access": [11, 13, 18, 31, 33, 69, 214, 334, 391, 8000],
    "room": [39, 71, 93, 94, 133, 146, 208, 292, 14031],
    "what nobody has heard of": [1, 8, 20, 59, 72, 115, 20_000, 5_999_999],
}


@pytest.mark.parametrize("kind", NO_DOCUMENTS_FAULT)
def test_what_no_document_causes_is_an_outage(kind: str) -> None:
    """Whatever it is, another try makes sense once somebody has seen to it."""
    for code in NO_DOCUMENTS_FAULT[kind]:
        with pytest.raises(DatabaseConnectionError), outages():
            raise OperationFailure("by itself", code)

        failure = failure_of({"index": 0, "code": code, "errmsg": "one of a bulk"})
        assert isinstance(failure, DatabaseConnectionError)


@pytest.mark.parametrize(
    "error",
    [
        BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 64, "errmsg": ""}]}),
        CursorNotFound("after a failover", 43),
        AutoReconnect("connection closed"),
        OperationFailure("without a code"),
        ConfigurationError("of a server too old"),
        InvalidOperation("the client is closed"),
    ],
)
def test_what_has_no_code_or_another_shape(error: PyMongoError) -> None:
    """Only a code says that a document is to blame."""
    with pytest.raises(DatabaseConnectionError), outages():
        raise error


Cause = Callable[[Any], Awaitable[Any]]
ID = {"_id": 1}
LARGE = "x" * 9_000_000

CAUSES: list[tuple[str, Cause]] = [
    ("duplicate key", lambda c: c.insert_one(ID)),
    ("duplicate of a unique field", lambda c: c.insert_one({"_id": 2, "slug": "taken"})),
    ("too large once changed", lambda c: c.update_one(ID, {"$push": {"list": LARGE}})),
    ("no list", lambda c: c.update_one(ID, {"$push": {"text": 1}})),
    ("no number", lambda c: c.update_one(ID, {"$inc": {"text": 1}})),
    ("a field of null", lambda c: c.update_one(ID, {"$set": {"nothing.in": 1}})),
    ("a field of text", lambda c: c.update_one(ID, {"$set": {"text.in": 1}})),
    ("another id", lambda c: c.update_one(ID, {"$set": {"_id": 2}})),
    ("two changes", lambda c: c.update_one(ID, {"$set": {"a": 1}, "$inc": {"a": 1}})),
    ("no name", lambda c: c.update_one(ID, {"$set": {"a..b": 1}})),
    ("a list for an id", lambda c: c.insert_one({"_id": [1]})),
    ("too many lists for an index", lambda c: c.insert_one({"a": [1, 2], "b": [1, 2]})),
    ("what the collection refuses", lambda c: c.insert_one({"refused": True})),
    ("an overflow", lambda c: c.update_one(ID, {"$inc": {"most": 1}})),
    ("a question that makes none", lambda c: c.find_one({"a": {"$in": 5}})),
]


@pytest.mark.parametrize(("what", "cause"), CAUSES, ids=[what for what, _ in CAUSES])
async def test_what_a_document_causes_is_none(
    real_database: Database, what: str, cause: Cause
) -> None:
    """No other try would mend it: it goes through as it is."""
    collection = real_database["faults"]
    await collection.drop()
    await collection.create_index("slug", unique=True, sparse=True)
    await collection.create_index([("a", 1), ("b", 1)])
    stored = {**ID, "slug": "taken", "text": "", "list": [LARGE], "nothing": None}
    await collection.insert_one({**stored, "most": 2**63 - 1})
    refusing = {"refused": {"$exists": False}}
    await collection.database.command("collMod", "faults", validator=refusing)

    with pytest.raises(PyMongoError), outages():
        await cause(collection)
