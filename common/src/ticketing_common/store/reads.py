"""Reading one kind of document. What is asked for at the same time is one query."""

import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from bson import ObjectId
from pydantic import ValidationError

from ticketing_common.batch import Batch, Shared
from ticketing_common.errors import NotFoundError
from ticketing_common.store.database import Database, outages
from ticketing_common.store.document import Document, object_id
from ticketing_common.store.page import NEWEST_FIRST, Found, Page

D = TypeVar("D", bound=Document)
Query = Mapping[str, Any]
Sort = Sequence[tuple[str, int]]

logger = logging.getLogger(__name__)

PAGE = 500  # documents a round trip


class Reads(Generic[D]):
    """The reading half of a `Store`."""

    def __init__(self, database: Database, document: type[D]) -> None:
        self.document = document
        self.database = database
        self._collection = database[document.collection]
        self._ids: Batch[ObjectId, D | None] = Batch(self._find_ids)
        self._latest: dict[tuple[str, str], Batch[str, D | None]] = {}
        self._pages: Shared[Found[D]] = Shared()

    async def get(self, id: str) -> D:
        """Raise `NotFoundError` where there is none, or the id can't be one."""
        document = await self.find_id(id)
        if document is None:
            raise NotFoundError
        return document

    async def find_id(self, id: str) -> D | None:
        self.database.require_prepared()
        key = object_id(id)
        return None if key is None else await self._ids.ask(key)

    async def find_ids(self, ids: Iterable[str]) -> dict[str, D]:
        """Those of them that there are, and can be read."""
        self.database.require_prepared()
        keys = list(filter(None, map(object_id, ids)))
        found = await self._find_ids(keys) if keys else []
        return {each.id: each for each in found if isinstance(each, self.document)}

    async def find_one(self, query: Query) -> D | None:
        self.database.require_prepared()
        with outages():
            stored = await self._collection.find_one(query)
        return None if stored is None else self.document.from_mongo(stored)

    async def find(self, query: Query, sort: Sort = (), limit: int = 0) -> list[D]:
        """The documents that match; `limit` 0 means all of them.

        One that can't be read is left out, and in the log: it must not hide all others.
        """
        self.database.require_prepared()
        options = {"limit": limit, "batch_size": limit or PAGE, "sort": list(sort) or None}
        cursor = self._collection.find(query, {"outbox": 0}, **options)
        with outages():
            stored = await cursor.to_list(None)
        found = map(self._parsed, stored)
        return [each for each in found if not isinstance(each, ValidationError)]

    async def page(self, query: Query, page: Page) -> Found[D]:
        """A page of the documents that match, the newest first. Not to be changed: it is shared
        with whoever asks the same at the same time."""
        self.database.require_prepared()
        query = page.of(query)
        key = (repr(query), page.limit)
        return await self._pages.ask(key, lambda: self._find_page(query, page.limit))

    async def latest(self, field: str, value: str, by: str) -> D | None:
        """The document with the highest `by` among those whose `field` has this value.

        Wants an index on `field` and, descending, `by`.
        """
        self.database.require_prepared()
        question = self._latest.setdefault(
            (field, by), Batch(partial(self._find_latest, field, by))
        )
        return await question.ask(value)

    async def each(self) -> AsyncIterator[D]:
        """Every document, a batch at a time, in the order of their ids."""
        last: Any = None
        while True:
            query = {} if last is None else {"_id": {"$gt": object_id(last)}}
            page = await self.find(query, sort=[("_id", 1)], limit=PAGE)
            for document in page:
                yield document
            if not page:
                return
            last = page[-1].id

    async def _find_ids(self, ids: list[ObjectId]) -> list[D | ValidationError | None]:
        cursor = self._collection.find(
            {"_id": {"$in": list(set(ids))}}, {"outbox": 0}, batch_size=PAGE
        )
        with outages():
            stored = await cursor.to_list(None)
        found = {each["_id"]: self._parsed(each) for each in stored}
        return [found.get(id) for id in ids]

    async def _find_latest(
        self, field: str, by: str, values: list[str]
    ) -> list[D | ValidationError | None]:
        pipeline = [
            {"$match": {field: {"$in": list(set(values))}}},
            {"$sort": {field: 1, by: -1}},
            {"$group": {"_id": f"${field}", "latest": {"$first": "$$ROOT"}}},
        ]
        with outages():
            cursor = await self._collection.aggregate(pipeline)
            stored = await cursor.to_list(None)
        found = {each["_id"]: self._parsed(each["latest"]) for each in stored}
        return [found.get(value) for value in values]

    async def _find_page(self, query: Query, limit: int) -> Found[D]:
        found = Found(await self.find(query, NEWEST_FIRST, limit + 1))
        if len(found) > limit:
            del found[limit:]
            found.next = Page(limit, object_id(found[-1].id))
        return found

    def _parsed(self, stored: Mapping[str, Any]) -> D | ValidationError:
        """One that can't be read is the trouble of who asked for it, and of nobody else."""
        try:
            return self.document.from_mongo(stored)
        except ValidationError as error:
            logger.exception("unreadable", extra={"document": str(stored["_id"])})
            return error
