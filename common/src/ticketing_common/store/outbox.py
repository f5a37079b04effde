"""The outbox: events wait in the document they are about until JetStream has them.

State and events are one write because they are one document. (The pattern is Chris Richardson's
"transactional outbox"; keeping it inside the aggregate needs no transaction.)
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from bson import json_util

from ticketing_common.events.message import Message, saved_at
from ticketing_common.store.database import Database
from ticketing_common.store.document import Index
from ticketing_common.store.failures import outages
from ticketing_common.tracing import spans

# A partial index on `outbox.0` would never be used by the planner; this one is, with the query
# that `pending` makes.
OUTBOX_INDEX = Index((("outbox.id", 1),), where={"outbox.id": {"$exists": True}})
PENDING = {"outbox.id": {"$gt": ""}}
MOST_NEW = 1000  # documents whose messages are kept in memory
REFUSED = "refused"  # the field of entries that are too large to be kept anywhere else
SLICE = 50  # messages of one document read at a time, however often it was saved meanwhile
MOST_COUNTED = 1000  # documents with news, where somebody wants to know how many there are


def entry(message: Message) -> dict[str, Any]:
    """A message as it waits: its id, subject, headers and the JSON to publish."""
    return {
        "id": message.id,
        "subject": message.subject,
        "headers": message.headers,
        "data": message.data.decode(),
    }


def pushed(messages: Iterable[Message]) -> dict[str, Any]:
    """What `$push` adds to a document for these."""
    return {"outbox": {"$each": [entry(message) for message in messages]}}


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What is in an outbox, or `alone` in its place, and is no entry as this version knows it."""

    raw: Any
    alone: bool

    id = ""
    subject = ""

    @property
    def data(self) -> bytes:
        return json_util.dumps(self.raw).encode()


class Pending(NamedTuple):
    """One document's unpublished messages, oldest first."""

    document: Any
    messages: Sequence[Message]
    unreadable: Sequence[Unreadable] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many documents have news that is not published, up to `MOST_COUNTED`, and since when the
    oldest of it waits, in seconds since 1970; None where nothing says so."""

    documents: int
    oldest: float | None


class Outbox:
    """What is to be published of one collection's documents.

    What this process saved itself is also kept in memory, so that its relay need not poll for it.
    """

    def __init__(self, database: Database, collection: str) -> None:
        self.name = collection
        self._collection = database[collection]
        self._added = asyncio.Event()
        self._new: dict[Any, list[Message]] = {}

    def add(self, document: Any, messages: Sequence[Message]) -> None:
        """Hand to this process's relay what has just been stored in a document's outbox."""
        for message in messages:
            spans.add_event("saved", {"messaging.message.id": message.id})
        if len(self._new) < MOST_NEW:  # else the relay finds it with its next poll
            self._new.setdefault(document, []).extend(messages)
        self._added.set()

    def take_new(self) -> list[Pending]:
        """What was added since the last time."""
        new, self._new = self._new, {}
        return [Pending(document, messages) for document, messages in new.items()]

    async def wait(self, timeout: float) -> None:
        """Return when something was added, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._added.wait()
        self._added.clear()

    async def pending(
        self, limit: int, *, only: Sequence[Any] = (), but: Sequence[Any] = ()
    ) -> list[Pending]:
        """What is stored, whoever left it there: the oldest of each document's.

        Of these documents only, or of all but those, where any are named. It is not new any more.
        """
        query: dict[str, Any] = dict(PENDING)
        if only or but:
            query["_id"] = {"$in": only} if only else {"$nin": but}
        fields = {"outbox": {"$slice": SLICE}, "_id": 1}
        cursor = self._collection.find(query, fields, limit=limit)
        with outages():
            found = [_read(stored) for stored in await cursor.to_list(None)]
        for each in found:
            if new := self._new.pop(each.document, None):
                read = {message.id for message in each.messages}
                if left := [message for message in new if message.id not in read]:
                    self._new[each.document] = left
        return found

    async def waiting(self) -> Waiting:
        """How much is stored, whoever left it there."""
        fields = {"outbox": {"$slice": 1}, "_id": 1}
        cursor = self._collection.find(PENDING, fields, limit=MOST_COUNTED)
        with outages():
            found = await cursor.to_list(None)
        entries = [_read(stored).messages for stored in found]
        saved = [saved_at(first.headers) for messages in entries for first in messages[:1]]
        return Waiting(len(found), min((at for at in saved if at is not None), default=None))

    async def remove(self, published: Collection[Pending]) -> None:
        """Take out what JetStream has acknowledged."""
        documents = {each.document for each in published}
        ids = [message.id for each in published for message in each.messages]
        with outages():
            await self._collection.update_many(
                {"_id": {"$in": list(documents)}}, {"$pull": {"outbox": {"id": {"$in": ids}}}}
            )

    async def set_aside(
        self, document: Any, refused: Message | Unreadable, *, kept_elsewhere: bool
    ) -> None:
        """Take out what is not published; what is not kept elsewhere stays in another field."""
        change: dict[str, Any]
        if isinstance(refused, Message):
            raw, change = entry(refused), {"$pull": {"outbox": {"id": refused.id}}}
        elif refused.alone:
            raw, change = refused.raw, {"$unset": {"outbox": ""}}
        else:
            raw, change = refused.raw, {"$pullAll": {"outbox": [refused.raw]}}
        if not kept_elsewhere:
            change["$push"] = {REFUSED: raw}
        with outages():
            await self._collection.update_one({"_id": document}, change)


def _read(stored: dict[str, Any]) -> Pending:
    outbox = stored["outbox"]
    if not isinstance(outbox, list):
        return Pending(stored["_id"], (), (Unreadable(outbox, alone=True),))
    entries = [_message(item) for item in outbox]
    return Pending(
        stored["_id"],
        [each for each in entries if isinstance(each, Message)],
        [each for each in entries if isinstance(each, Unreadable)],
    )


def _message(item: Any) -> Message | Unreadable:
    match item:
        case {"id": str(id), "subject": str(subject), "data": str(data), "headers": dict(headers)}:
            if all(isinstance(value, str) for value in headers.values()):
                return Message(id, subject, data.encode(), headers)
    return Unreadable(item, alone=False)
