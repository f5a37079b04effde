"""The outbox: news waits in the document it is about until JetStream has it.

State and news are one write because they are one document. (The pattern is Chris Richardson's
"transactional outbox"; keeping it inside the aggregate needs no transaction.)
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import UpdateOne

from ticketing_common.events.event import Event
from ticketing_common.events.message import Message
from ticketing_common.logs import request_id
from ticketing_common.store.batch import Batch
from ticketing_common.store.database import Database, outages
from ticketing_common.store.document import Index

# A partial index on `outbox.0` would never be used by the planner; this one is, with the query
# that `waiting` makes.
OUTBOX_INDEX = Index((("outbox.id", 1),), where={"outbox.id": {"$exists": True}})


def entry(event: Event) -> dict[str, Any]:
    """An event as it waits: its id, subject, headers and the JSON to publish."""
    headers = {"X-Request-Id": current} if (current := request_id.get()) else {}
    message = Message.of(event, headers)
    return {
        "id": message.id,
        "subject": message.subject,
        "headers": message.headers,
        "data": message.data.decode(),
    }


@dataclass(frozen=True, slots=True)
class Waiting:
    """One document's unpublished news, oldest first."""

    document: Any
    messages: Sequence[Message]


class Outbox:
    """The news waiting in one collection's documents."""

    def __init__(self, database: Database, collection: str) -> None:
        self.name = collection
        self._collection = database[collection]
        self._news = asyncio.Event()
        self._taken: Batch[UpdateOne, None] = Batch(self._take)

    def wake(self) -> None:
        """Tell this process's relay that something was saved."""
        self._news.set()

    async def news(self, timeout: float) -> None:
        """Return when something was saved, or after so many seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self._news.wait()
        except TimeoutError:
            pass  # other replicas and crashed ones leave news too: look all the same
        self._news.clear()

    async def waiting(self, limit: int) -> list[Waiting]:
        cursor = self._collection.find({"outbox.id": {"$gt": ""}}, {"outbox": 1}, limit=limit)
        with outages():
            found = await cursor.to_list(None)
            return [
                Waiting(
                    stored["_id"],
                    [
                        Message(item["id"], item["subject"], item["data"].encode(), item["headers"])
                        for item in stored["outbox"]
                    ],
                )
                for stored in found
            ]

    async def published(self, document: Any, ids: Sequence[str]) -> None:
        """Take out what JetStream has acknowledged."""
        taken = {"$pull": {"outbox": {"id": {"$in": list(ids)}}}}
        await self._taken.ask(UpdateOne({"_id": document}, taken))

    async def _take(self, updates: list[UpdateOne]) -> list[None]:
        with outages():
            await self._collection.bulk_write(updates, ordered=False)
        return [None] * len(updates)
