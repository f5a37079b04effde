"""A database in memory: mongomock, taught what it has missed of pymongo since.

Its asynchronous shell has the interface of motor, pymongo's predecessor in this.
"""

from typing import Any

from mongomock.collection import BulkOperationBuilder
from mongomock_motor import AsyncMongoMockClient, AsyncMongoMockCollection

from ticketing_common.store.database import Database


def in_memory_database() -> Database:
    return Database(AsyncMongoMockClient(tz_aware=True)["test"])


def _accept_sort() -> None:
    """mongomock 4.3 refuses an argument that pymongo passes since 4.11, and that we never set."""
    known = BulkOperationBuilder.add_update

    def add_update(self: Any, *args: Any, sort: None = None, **options: Any) -> None:
        known(self, *args, **options)  # type: ignore[no-untyped-call]

    BulkOperationBuilder.add_update = add_update  # type: ignore[method-assign]


def _await() -> None:
    """What has to be awaited of pymongo's, and had not of motor's."""
    client: Any = AsyncMongoMockClient
    collection: Any = AsyncMongoMockCollection
    known = collection.aggregate

    async def aggregate(self: Any, *args: Any, **options: Any) -> Any:
        return known(self, *args, **options)

    async def close(self: Any) -> None:
        """Nothing is open."""

    collection.aggregate = aggregate
    client.close = close


_accept_sort()
_await()
