"""Databases as the base system (Mongoose) writes them, on a real MongoDB."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from pymongo import AsyncMongoClient

from ticketing_common.importing import Importer, Report, Stores
from ticketing_common.store.source import Source


class BaseDatabase:
    """One service's database of a base system; `uri` is what `ticketing import` is told."""

    def __init__(self, uri: str, database: Any) -> None:
        self.uri = uri
        self._database = database

    @classmethod
    @asynccontextmanager
    async def on(cls, server: str, name: str) -> AsyncIterator[Self]:
        uri = f"{server}/{name}"
        async with AsyncMongoClient[dict[str, Any]](uri) as client:
            yield cls(uri, client[name])
            await client.drop_database(name)

    async def write(self, collection: str, *documents: dict[str, Any]) -> None:
        """Mongoose adds `__v` to each that has no version key of its own."""
        await self._database[collection].insert_many(
            [
                document if "version" in document else {**document, "__v": 0}
                for document in documents
            ]
        )

    async def imported_by(self, importer: Importer, stores: Stores) -> "tuple[Report, list[str]]":
        """What an import of it said, in all and line by line."""
        lines: list[str] = []
        report = Report(lines.append)
        source = Source.connect(self.uri)
        await importer(source, stores, report)
        await source.close()
        return report, lines
