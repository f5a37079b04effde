"""Reading and saving one kind of document, with the news of it in the same write."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from pymongo.errors import DuplicateKeyError

from ticketing_common.errors import NotFoundError, VersionConflictError
from ticketing_common.events.event import Event
from ticketing_common.store.database import Database, outages
from ticketing_common.store.document import Document, Index, object_id
from ticketing_common.store.outbox import OUTBOX_INDEX, Outbox, entry

D = TypeVar("D", bound=Document)
T = TypeVar("T")
Query = Mapping[str, Any]
Sort = Sequence[tuple[str, int]]


class AlreadyExistsError(Exception):
    """A unique index already holds this document's key."""


class Store(Generic[D]):
    """The documents of one class.

    Queries and sorts name fields as they are stored (camelCase). Every method raises
    `DatabaseConnectionError` where the store does not answer in time.
    """

    def __init__(self, database: Database, document: type[D]) -> None:
        self.document = document
        self.outbox = Outbox(database, document.collection)
        self.database = database
        self._collection = database[document.collection]

    @property
    def indexes(self) -> tuple[Index, ...]:
        return (*self.document.indexes, OUTBOX_INDEX)

    async def get(self, id: str) -> D:
        """Raise `NotFoundError` where there is none, or the id can't be one."""
        document = await self.find_id(id)
        if document is None:
            raise NotFoundError
        return document

    async def find_id(self, id: str) -> D | None:
        key = object_id(id)
        return None if key is None else await self.find_one({"_id": key})

    async def find_one(self, query: Query, sort: Sort = ()) -> D | None:
        self.database.require_prepared()
        with outages():
            stored = await self._collection.find_one(query, sort=list(sort) or None)
        return None if stored is None else self.document.from_mongo(stored)

    async def find(self, query: Query, sort: Sort = (), limit: int = 0) -> list[D]:
        """The documents that match; `limit` 0 means all of them."""
        self.database.require_prepared()
        cursor = self._collection.find(query, {"outbox": 0}, limit=limit, sort=list(sort) or None)
        with outages():
            return [self.document.from_mongo(stored) async for stored in cursor]

    async def each(self) -> AsyncIterator[D]:
        """Every document, a batch at a time, in the order of their ids."""
        last: Any = None
        while True:
            query = {} if last is None else {"_id": {"$gt": object_id(last)}}
            page = await self.find(query, sort=[("_id", 1)], limit=500)
            for document in page:
                yield document
            if not page:
                return
            last = page[-1].id

    async def save(self, document: D, *events: Event) -> D:
        """Store the document and, in the same write, the news of it.

        Version 0 is inserted (`AlreadyExistsError` where a unique index objects); any other
        replaces the version before it (`VersionConflictError` where that is no longer stored).
        """
        self.database.require_prepared()
        if document.version == 0:
            await self._insert(document, events)
        else:
            await self._update(document, events)
        if events:
            self.outbox.wake()
        return document

    async def replicate(self, id: str, source_version: int, **fields: Any) -> bool:
        """Take over another service's document, if this is newer than what is here.

        False where it is not. Only the given fields are set; state of the replica's own stays.
        """
        self.database.require_prepared()
        guard, change = self._register(id, source_version, fields)
        with outages():
            try:
                result = await self._collection.update_one(guard, change, upsert=True)
            except DuplicateKeyError:
                # The guard found no older one, so the upsert tried to insert: there is a newer
                # one, or someone has just inserted an older one. The guard tells which.
                result = await self._collection.update_one(guard, change)
        return bool(result.matched_count or result.upserted_id)

    async def republish(self, document: D, *events: Event) -> None:
        """Tell the news of a document's present state again, unless it changes meanwhile."""
        with outages():
            await self._collection.update_one(
                {"_id": object_id(document.id), "version": document.version},
                {"$push": {"outbox": {"$each": [entry(event) for event in events]}}},
            )
        self.outbox.wake()

    async def _insert(self, document: D, events: Sequence[Event]) -> None:
        stored = {"_id": object_id(document.id), **document.to_mongo()}
        if events:
            stored["outbox"] = [entry(event) for event in events]
        try:
            with outages():
                await self._collection.insert_one(stored)
        except DuplicateKeyError as error:
            raise AlreadyExistsError(document.collection) from error

    async def _update(self, document: D, events: Sequence[Event]) -> None:
        # Fields are set, never the document replaced: the relay pulls from the outbox meanwhile.
        change: dict[str, Any] = {"$set": document.to_mongo()}
        if events:
            change["$push"] = {"outbox": {"$each": [entry(event) for event in events]}}
        before = document.version - 1
        # A document from before there were versions is read as version 0.
        stored = before or {"$in": [0, None]}
        guard = {"_id": object_id(document.id), "version": stored}
        try:
            with outages():
                result = await self._collection.update_one(guard, change)
        except DuplicateKeyError as error:
            raise AlreadyExistsError(document.collection) from error
        if not result.matched_count:
            raise VersionConflictError

    def _register(
        self, id: str, source_version: int, fields: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        guard = self.document.source_version
        fresh = self.document(id=id, **fields, **{guard: source_version}).to_mongo()
        names = {self.document.model_fields[name].alias or name for name in (*fields, guard)}
        guard = self.document.model_fields[guard].alias or guard
        change = {
            "$set": {name: fresh[name] for name in fresh if name in names},
            "$setOnInsert": {name: fresh[name] for name in fresh if name not in names},
        }
        if guard != "version":
            change["$setOnInsert"].pop("version")
            change["$inc"] = {"version": 1}
        if not change["$setOnInsert"]:
            del change["$setOnInsert"]
        return {"_id": object_id(id), guard: {"$lt": source_version}}, change


async def retrying(attempt: Callable[[], Awaitable[T]], tries: int = 5) -> T:
    """Await `attempt()`, again from the start where someone else's save came in between.

    Raises the last `VersionConflictError` when `tries` of them, with growing pauses of random
    length (at most 0.2 s), all lost.
    """
    for number in range(1, tries):
        try:
            return await attempt()
        except VersionConflictError:
            await asyncio.sleep(random.uniform(0.005, 0.0125 * 2**number))  # noqa: S311 - no secret
    return await attempt()
