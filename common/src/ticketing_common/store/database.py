"""The connection to MongoDB. Only `store` knows its driver; others know its ids, at most.

Writes wait for a journalled majority and reads see only what a majority has, whatever the URI
says: a local read can see a write that a failover takes back, and two live orders on one ticket
come of that.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from pymongo import AsyncMongoClient, IndexModel
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)

from ticketing_common.errors import DatabaseConnectionError
from ticketing_common.logs import reason

if TYPE_CHECKING:
    from ticketing_common.store.store import Store

logger = logging.getLogger(__name__)

# Milliseconds. One operation, its retries included; finding a server; waiting for a connection.
TIMEOUTS: Any = {"timeoutMS": 4000, "serverSelectionTimeoutMS": 3000, "connectTimeoutMS": 2000}
SAFETY: Any = {
    "w": "majority",
    "journal": True,
    "readConcernLevel": "majority",
    "retryWrites": True,
}

# MongoDB's own, of a server that stops, starts, or is the primary no longer or not yet; 43: a long
# list's cursor was on such a one.
OUTAGE_CODES = frozenset(
    {6, 7, 43, 64, 89, 91, 100, 134, 189, 246, 262, 9001, 10107, 11600, 11602, 13435, 13436}
)


class Database:
    """One service's database. `prepared` is set once its indexes are known to exist."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self.prepared = False

    @classmethod
    def connect(cls, uri: str) -> Self:
        """Never blocks: the driver connects when first used and reconnects by itself."""
        client: Any = AsyncMongoClient(
            uri, tz_aware=True, maxPoolSize=64, waitQueueTimeoutMS=3000, **TIMEOUTS, **SAFETY
        )
        return cls(client.get_default_database())

    def __getitem__(self, collection: str) -> Any:
        return self._database[collection]

    async def ping(self) -> None:
        """Raise `DatabaseConnectionError` unless the primary answers and the indexes are there."""
        with outages():
            await self._database.command("ping")
        self.require_prepared()

    def require_prepared(self) -> None:
        """Uniqueness rests on indexes: nothing is read or written before they are there."""
        if not self.prepared:
            raise DatabaseConnectionError

    async def prepare(self, stores: Iterable["Store[Any]"]) -> None:
        """Create the stores' indexes, waiting for as long as the server takes to appear."""
        delay = 0.1
        while not self.prepared:
            try:
                for store in stores:
                    await self._create_indexes(store)
                self.prepared = True
            except (DatabaseConnectionError, PyMongoError) as error:
                logger.warning("waiting for the database", extra={"reason": reason(error)})
                await asyncio.sleep(delay)
                delay = min(delay * 2, 2.0)

    async def until_prepared(self, patience: float) -> None:
        """Return once it is prepared, or after so many seconds all the same."""
        deadline = time.monotonic() + patience
        while not self.prepared and time.monotonic() < deadline:
            await asyncio.sleep(0.01)

    async def _create_indexes(self, store: "Store[Any]") -> None:
        indexes = [
            IndexModel(
                list(index.keys),
                unique=index.unique,
                **({"partialFilterExpression": dict(index.where)} if index.where else {}),
            )
            for index in store.indexes
        ]
        with outages():
            await self[store.document.collection].create_indexes(indexes)

    async def empty(self) -> None:
        """Delete every document, and keep the indexes; for tests."""
        for name in await self._database.list_collection_names():
            await self._database[name].delete_many({})

    async def close(self) -> None:
        await self._database.client.close()


@contextmanager
def outages() -> Iterator[None]:
    """Turn what means "the store does not answer" into `DatabaseConnectionError`."""
    try:
        yield
    except PyMongoError as error:
        if is_outage(error):
            raise DatabaseConnectionError from error
        raise


def is_outage(error: PyMongoError) -> bool:
    """Whether it passes by itself, so that another try makes sense."""
    if isinstance(error, BulkWriteError):
        details: Any = error.details
        codes = {each["code"] for each in details["writeErrors"]}
        return bool(details["writeConcernErrors"] or codes & OUTAGE_CODES) or error.timeout
    unreachable = ConnectionFailure | NotPrimaryError | ExecutionTimeout | WriteConcernError
    code = error.code if isinstance(error, OperationFailure) else None
    return isinstance(error, unreachable) or error.timeout or code in OUTAGE_CODES
