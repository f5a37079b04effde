"""Reading a database that is not ours, whatever wrote it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Self

from pymongo import AsyncMongoClient
from pymongo.errors import ConfigurationError

from ticketing_common.store.failures import outages

SERVER_TIMEOUT = 10_000  # milliseconds to find the server


class Source:
    """Raw documents of another system's database; nothing is ever written to it."""

    def __init__(self, database: Any) -> None:
        self._database = database

    @classmethod
    def connect(cls, uri: str) -> Self:
        """Raise `ValueError` for an address that names no server or no database."""
        try:
            client: Any = AsyncMongoClient(uri, serverSelectionTimeoutMS=SERVER_TIMEOUT)
            return cls(client.get_default_database())
        except ConfigurationError as error:
            raise ValueError(str(error)) from error

    async def documents(
        self, collection: str, sort: Sequence[str] = ("_id",)
    ) -> AsyncIterator[dict[str, Any]]:
        """All of a collection's, in the order of these fields; one batch at a time is in memory.

        Raises `DatabaseConnectionError` where the server does not answer.
        """
        order = [(field, 1) for field in sort]
        cursor = self._database[collection].find({}, sort=order, allow_disk_use=True)
        with outages():
            async for document in cursor:
                yield document

    async def find(self, collection: str, id: Any) -> dict[str, Any] | None:
        """One document; raises as `documents` does."""
        with outages():
            found: dict[str, Any] | None = await self._database[collection].find_one({"_id": id})
        return found

    async def close(self) -> None:
        await self._database.client.close()
