"""The connection to MongoDB. Only `store` knows its driver; others know its ids, at most.

Writes wait for a journalled majority and reads see only what a majority has, whatever the URI
says: a local read can see a write that a failover takes back, and two live orders on one ticket
come of that.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from typing import Any, Self

from bson import DatetimeConversion
from pymongo import AsyncMongoClient, WriteConcern

from ticketing_common.errors import DatabaseConnectionError
from ticketing_common.logs import reason
from ticketing_common.store.cancelled_waits import survive_cancellation
from ticketing_common.store.direct_answers import answer_directly
from ticketing_common.store.failures import outages
from ticketing_common.store.indexes import Indexed, build_indexes

logger = logging.getLogger(__name__)

# One value that Python has no room for (a moment in the year 10000, text that is no UTF-8) makes
# one document unreadable, not the batch it comes in.
READING: Any = {
    "tz_aware": True,
    "datetime_conversion": DatetimeConversion.DATETIME_AUTO,
    "unicode_decode_error_handler": "replace",
}
# Milliseconds. One operation, its retries included; finding a server; waiting for a connection.
TIMEOUTS: Any = {"timeoutMS": 4000, "serverSelectionTimeoutMS": 3000, "connectTimeoutMS": 2000}
SAFETY: Any = {
    "w": "majority",
    "journal": True,
    "readConcernLevel": "majority",
    "retryWrites": True,
}


class UnpreparedError(DatabaseConnectionError):
    """The indexes are not known to be there: not asked for yet, or being built."""

    readiness = "is building its indexes"


class Database:
    """One service's database. `prepared` is set once its indexes are known to exist."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self._probe = database.get_collection("readiness", write_concern=WriteConcern(w=1))
        self.prepared = False

    @classmethod
    def connect(cls, uri: str) -> Self:
        """Never blocks: the driver connects when first used and reconnects by itself."""
        survive_cancellation()
        answer_directly()
        client: Any = AsyncMongoClient(
            uri, maxPoolSize=64, waitQueueTimeoutMS=3000, **READING, **TIMEOUTS, **SAFETY
        )
        return cls(client.get_default_database())

    def __getitem__(self, collection: str) -> Any:
        return self._database[collection]

    async def ping(self) -> None:
        """Raise `DatabaseConnectionError` unless the primary takes writes of ours and the indexes
        are there. (Any answer to a `ping` says nothing of a user who may not write any more.)"""
        with outages():
            await self._probe.update_one({"_id": 0}, {"$set": {"never": "there"}})
        self.require_prepared()

    def require_prepared(self) -> None:
        """Uniqueness rests on indexes: nothing is read or written before they are there."""
        if not self.prepared:
            raise UnpreparedError

    async def prepare(self, stores: Iterable[Indexed]) -> None:
        """Build the stores' indexes, waiting for as long as the server takes to appear.

        Raises `ImpossibleIndexError` where waiting would not help.
        """
        delay = 0.1
        while not self.prepared:
            try:
                with outages():  # within the bound of an operation, which a build has not
                    await self._database.command("ping")
                for store in stores:
                    await build_indexes(self[store.document.collection], store.indexes)
                self.prepared = True
            except DatabaseConnectionError as error:
                logger.warning("waiting for the database", extra={"reason": reason(error)})
                await asyncio.sleep(delay)
                delay = min(delay * 2, 2.0)

    async def until_prepared(self, patience: float) -> None:
        """Return once it is prepared, or after so many seconds all the same."""
        deadline = time.monotonic() + patience
        while not self.prepared and time.monotonic() < deadline:
            await asyncio.sleep(0.01)

    async def empty(self) -> None:
        """Delete every document, and keep the indexes; for tests."""
        for name in await self._database.list_collection_names():
            await self._database[name].delete_many({})

    async def close(self) -> None:
        await self._database.client.close()
