"""Reading one kind of document. What is asked for at the same time is one query."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from bson import ObjectId
from pydantic import ValidationError

from ticketing_common.batch import Batch, Shared
from ticketing_common.errors import NotFoundError, UnreadableDocumentError
from ticketing_common.store.database import Database
from ticketing_common.store.document import Document, object_id
from ticketing_common.store.failures import outages
from ticketing_common.store.page import Found, Page
from ticketing_common.store.unreadable import Unreadable

D = TypeVar("D", bound=Document)
Query = Mapping[str, Any]
Sort = Sequence[tuple[str, int]]
Stored = Mapping[str, Any]

PAGE = 500  # documents a round trip
EVERYTHING: Query = {}
WITHOUT_OUTBOX = {"outbox": 0}
FIRST = ObjectId("0" * 24)  # no id is lower


class Reads(Generic[D]):
    """The reading half of a `Store`.

    A document that can't be read (its fields are no `D`) raises `UnreadableDocumentError` where it
    was asked for, is left out of lists, and hides no other; the log names it.
    """

    def __init__(self, database: Database, document: type[D]) -> None:
        self.document = document
        self.database = database
        self._collection = database[document.collection]
        self._read = dict.fromkeys(("outbox", *document.unread), 0)
        self._ids: Batch[ObjectId, D | None] = Batch(self._find_ids)
        self.batches: dict[str, Batch[Any, Any]] = {"find": self._ids}  # for whoever counts them
        self._latest: dict[tuple[str, str], Batch[str, D | None]] = {}
        self._pages: Shared[Found[D]] = Shared()
        self._unreadable = Unreadable(document.collection)

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
        if stored is None:
            return None
        document = self._parsed(stored)
        if isinstance(document, UnreadableDocumentError):
            raise document
        return document

    async def find(self, query: Query, sort: Sort = (), limit: int = 0) -> list[D]:
        """The documents that match; `limit` 0 means all of them.

        With a limit, so many of those that can be read, however many come before them that can't.
        """
        stored = await self._fetch(query, sort, limit)
        found = self._readable(stored)
        if len(found) == len(stored) or len(stored) < limit or not limit:
            return found
        found, cursor = [], self._cursor(query, sort, 0)
        with outages():
            try:
                async for each in cursor:
                    found += self._readable([each])
                    if len(found) == limit:
                        break
            finally:
                await cursor.close()
        return found

    async def page(self, query: Query, page: Page) -> Found[D]:
        """A page of the documents that match. Not to be changed: it is shared with whoever asks
        the same at the same time."""
        self.database.require_prepared()
        key = (repr(query), page)
        return await self._pages.ask(key, lambda: self._find_page(query, page))

    async def latest(self, field: str, value: str, by: str) -> D | None:
        """The document with the highest `by` among those whose `field` has this value.

        Wants an index on `field` and, descending, `by`.
        """
        self.database.require_prepared()
        value.encode()  # what can't be encoded is not to fail those it is asked with
        question = self._latest.setdefault(
            (field, by), Batch(partial(self._find_latest, field, by))
        )
        return await question.ask(value)

    async def each(self, query: Query = EVERYTHING) -> AsyncIterator[D]:
        """Every document that matches, a batch at a time, in the order of their ids."""
        bound: Stored = {"$gte": FIRST}
        while True:
            stored = await self._fetch({**query, "_id": bound}, [("_id", 1)], PAGE)
            for document in self._readable(stored):
                yield document
            if len(stored) < PAGE:
                return
            bound = {"$gt": stored[-1]["_id"]}

    async def fields(self, query: Query, names: Sequence[str], most: int) -> list[Stored]:
        """Some fields, as they are stored, of at most so many documents that match."""
        self.database.require_prepared()
        with outages():
            cursor = self._collection.find(query, dict.fromkeys(names, 1), limit=most)
            found: list[Stored] = await cursor.to_list(None)
        return found

    def _cursor(self, query: Query, sort: Sort, limit: int, shape: Query = EVERYTHING) -> Any:
        self.database.require_prepared()
        options = {"limit": limit, "batch_size": limit or PAGE, "sort": list(sort) or None}
        by_unread = any(field.partition(".")[0] in self.document.unread for field, _ in sort)
        fields = WITHOUT_OUTBOX if by_unread else self._read
        return self._collection.find(query, {**fields, **shape}, **options)

    async def _fetch(
        self, query: Query, sort: Sort, limit: int, shape: Query = EVERYTHING
    ) -> list[Stored]:
        with outages():
            stored: list[Stored] = await self._cursor(query, sort, limit, shape).to_list(None)
        return stored

    async def _find_ids(self, ids: list[ObjectId]) -> list[D | UnreadableDocumentError | None]:
        cursor = self._collection.find(
            {"_id": {"$in": list(set(ids))}}, self._read, batch_size=PAGE
        )
        with outages():
            stored = await cursor.to_list(None)
        found = {each["_id"]: self._parsed(each) for each in stored}
        return [found.get(id) for id in ids]

    async def _find_latest(
        self, field: str, by: str, values: list[str]
    ) -> list[D | UnreadableDocumentError | None]:
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

    async def _find_page(self, query: Query, page: Page) -> Found[D]:
        """What is stored makes the page and leads to the next one, readable or not."""
        stored: list[Stored] = []
        for part in page.parts(query):
            if len(stored) <= page.limit:
                left = page.limit + 1 - len(stored)
                stored += await self._fetch(part, page.order.sort, left, page.shape)
        found = Found(self._readable(stored[: page.limit]))
        if len(stored) > page.limit:
            found.next = page.next(stored[page.limit - 1])
        return found

    def _readable(self, stored: Iterable[Stored]) -> list[D]:
        found = map(self._parsed, stored)
        return [each for each in found if not isinstance(each, UnreadableDocumentError)]

    def _parsed(self, stored: Stored) -> D | UnreadableDocumentError:
        """One that can't be read is the trouble of who asked for it, and of nobody else."""
        try:
            return self.document.from_mongo(stored)
        except ValidationError as error:
            return self._unreadable.meet(stored, error)
