"""Keeping what follows from a document's fields in step with them, whoever wrote those.

A version from before there were such fields, or with another way to derive them, leaves them out or
as they were: beside this one while it is replaced, or long ago.
"""

import asyncio
import logging
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pymongo import UpdateOne

from ticketing_common.errors import ServiceUnavailableError
from ticketing_common.logs import reason
from ticketing_common.store.document import Document
from ticketing_common.store.failures import outages
from ticketing_common.store.reads import EVERYTHING, FIRST, WITHOUT_OUTBOX, Query
from ticketing_common.store.store import Store

logger = logging.getLogger(__name__)

D = TypeVar("D", bound=Document)

BATCH = 100  # documents: some 2 ms of this process
PAUSE = 0.05  # seconds between batches, so that nobody who waits for an answer notices
MISSING_INTERVAL = 5.0  # seconds between two polls for what is missing
FIRST_INTERVAL = 60.0  # seconds between two readings of everything, doubled each time
LAST_INTERVAL = 24 * 3600.0


class Derivation(Generic[D]):
    """Derives again what is `missing` (a query that an index answers) within seconds, and what is
    not as it should be, of all documents, at the start and then less and less often."""

    def __init__(self, store: Store[D], missing: Query) -> None:
        self._store = store
        self._missing = missing
        self._collection = store.database[store.document.collection]

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        due, interval = loop.time(), FIRST_INTERVAL
        while True:
            try:
                await self.derive(self._missing)
                if loop.time() >= due:
                    await self.derive()
                    due, interval = loop.time() + interval, min(interval * 2, LAST_INTERVAL)
            except ServiceUnavailableError as error:
                logger.warning("could not derive", extra={"reason": reason(error)})
            await asyncio.sleep(MISSING_INTERVAL)

    async def derive(self, query: Query = EVERYTHING) -> int:
        """Write what follows from the documents that match, where something else is stored;
        return of how many."""
        self._store.database.require_prepared()
        after, written = {"$gte": FIRST}, 0
        while True:
            cursor = self._collection.find(
                {**query, "_id": after}, WITHOUT_OUTBOX, sort=[("_id", 1)], limit=BATCH
            )
            with outages():
                stored: list[dict[str, Any]] = await cursor.to_list(None)
                changes = [change for each in stored if (change := self._change(each))]
                if changes:
                    await self._collection.bulk_write(changes, ordered=False)
            written += len(changes)
            if len(stored) < BATCH:
                break
            after = {"$gt": stored[-1]["_id"]}
            await asyncio.sleep(PAUSE)
        if written:
            logger.info("derived", extra={"documents": written})
        return written

    def _change(self, stored: dict[str, Any]) -> UpdateOne | None:
        """Unless somebody saves it meanwhile: then it is theirs to derive, or found again."""
        try:
            derived = self._store.document.from_mongo(stored).derived()
        except ValidationError:  # it is in the log as soon as somebody asks for it
            return None
        if all(stored.get(field) == value for field, value in derived.items()):
            return None
        same = {"_id": stored["_id"], "version": stored.get("version")}
        return UpdateOne(same, {"$set": derived})
