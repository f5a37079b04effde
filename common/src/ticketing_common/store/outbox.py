"""The outbox: news waits in the document it is about until JetStream has it.

State and news are one write because they are one document. (The pattern is Chris Richardson's
"transactional outbox"; keeping it inside the aggregate needs no transaction.)
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ticketing_common.events.message import Message
from ticketing_common.store.database import Database, outages
from ticketing_common.store.document import Index

# A partial index on `outbox.0` would never be used by the planner; this one is, with the query
# that `waiting` makes.
OUTBOX_INDEX = Index((("outbox.id", 1),), where={"outbox.id": {"$exists": True}})
MOST_FRESH = 1000  # documents whose news is kept in memory
SLICE = 50  # messages of one document read at a time, however often it was saved meanwhile


def entry(message: Message) -> dict[str, Any]:
    """A message as it waits: its id, subject, headers and the JSON to publish."""
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
    """The news waiting in one collection's documents.

    What this process saved itself is also kept in memory, so that its relay need not look for it.
    """

    def __init__(self, database: Database, collection: str) -> None:
        self.name = collection
        self._collection = database[collection]
        self._news = asyncio.Event()
        self._fresh: dict[Any, list[Message]] = {}

    def add(self, document: Any, messages: Iterable[Message]) -> None:
        """Tell this process's relay what has just been stored in a document's outbox."""
        if len(self._fresh) < MOST_FRESH:  # else the relay finds it with its next look
            self._fresh.setdefault(document, []).extend(messages)
        self._news.set()

    def fresh(self) -> list[Waiting]:
        """What was added since the last time."""
        fresh, self._fresh = self._fresh, {}
        return [Waiting(document, messages) for document, messages in fresh.items()]

    async def news(self, timeout: float) -> None:
        """Return when something was added, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._news.wait()
        self._news.clear()

    async def waiting(self, limit: int) -> list[Waiting]:
        """What is stored, whoever left it there: the oldest of each document's."""
        fields = {"outbox": {"$slice": SLICE}, "_id": 1}
        cursor = self._collection.find({"outbox.id": {"$gt": ""}}, fields, limit=limit)
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

    async def published(self, told: Collection[Waiting]) -> None:
        """Take out what JetStream has acknowledged."""
        documents = {each.document for each in told}
        ids = [message.id for each in told for message in each.messages]
        with outages():
            await self._collection.update_many(
                {"_id": {"$in": list(documents)}}, {"$pull": {"outbox": {"id": {"$in": ids}}}}
            )
