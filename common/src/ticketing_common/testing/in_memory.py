"""A database in memory: mongomock, taught what it has missed of pymongo since."""

from typing import Any

from mongomock.collection import BulkOperationBuilder
from mongomock_motor import AsyncMongoMockClient

from ticketing_common.store.database import Database


def in_memory_database() -> Database:
    return Database(AsyncMongoMockClient(tz_aware=True)["test"])


def _accept_sort() -> None:
    """mongomock 4.3 refuses an argument that pymongo passes since 4.11, and that we never set."""
    known = BulkOperationBuilder.add_update

    def add_update(self: Any, *args: Any, sort: None = None, **options: Any) -> None:
        known(self, *args, **options)  # type: ignore[no-untyped-call]

    BulkOperationBuilder.add_update = add_update  # type: ignore[method-assign]


_accept_sort()
