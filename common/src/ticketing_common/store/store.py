"""Reading and saving one kind of document, with the news of it in the same write."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from bson import ObjectId

from ticketing_common.errors import VersionConflictError
from ticketing_common.events.event import Event
from ticketing_common.events.message import Message
from ticketing_common.store.database import Database, outages
from ticketing_common.store.document import Document, Index, object_id, stored_fields
from ticketing_common.store.last_seen import LastSeen
from ticketing_common.store.outbox import OUTBOX_INDEX, Outbox, entry
from ticketing_common.store.reads import Query, Reads
from ticketing_common.store.register import Register
from ticketing_common.store.writes import Writes
from ticketing_common.types import new_id

D = TypeVar("D", bound=Document)
Stored = dict[str, Any]
Key = ObjectId | None


def _nothing(document: Document) -> None:
    """There is no news of it."""


class Store(Reads[D]):
    """The documents of one class.

    Queries and sorts name fields as they are stored (camelCase). Every method raises
    `DatabaseConnectionError` where the store does not answer in time.
    """

    def __init__(self, database: Database, document: type[D]) -> None:
        super().__init__(database, document)
        self.outbox = Outbox(database, document.collection)
        self._writes = Writes(self._collection)
        self._seen: LastSeen[D] = LastSeen()

    @property
    def indexes(self) -> tuple[Index, ...]:
        return (*self.document.indexes, OUTBOX_INDEX)

    async def save(self, document: D, *events: Event | None) -> D:
        """Store the document and, in the same write, the news of it (None is no news).

        Version 0 is inserted (`AlreadyExistsError` where a unique index objects); any other
        replaces the version before it (`VersionConflictError` where another one is stored).
        """
        self.database.require_prepared()
        messages = [Message.of(event) for event in events if event]
        key = object_id(document.id)
        if document.version == 0:
            await self._insert(key, document, messages)
        else:
            await self._update(key, document, messages)
        if messages:
            self.outbox.add(key, messages)
        self._seen.keep(document)
        return document

    async def change(
        self,
        id: str,
        decide: Callable[[D], D | None],
        tell: Callable[[D], Event | None] = _nothing,
    ) -> D:
        """Save what `decide` makes of the document, and the news that `tell` makes of that.

        `decide` gives the next version, or None to leave the document as it is, and does nothing
        else, as it may be asked more than once. What it raises goes through. Returns the document
        as it is then.

        Raises `NotFoundError`, and `VersionConflictError` where someone saved in between.
        """
        # Most often it is as it was when we saved it, which saves reading it. Where it is not, the
        # save is refused; so this may be the ground for a save, and for nothing else.
        seen = self._seen.get(id)
        changed = seen and _guess(decide, seen)
        if changed is not None:
            try:
                return await self.save(changed, tell(changed))
            except VersionConflictError:
                self._seen.forget(id)
        document = await self.get(id)
        changed = decide(document)
        return document if changed is None else await self.save(changed, tell(changed))

    async def compare_and_set(self, id: str, field: str, before: Any, after: Any) -> None:
        """Set one field, where it is `before`, to `after`; otherwise leave the document as it is.

        A `change` that reads the document only where the set may have found nothing to do. It may
        be tried twice, so it wants a field that never becomes `before` again. Raises what `change`
        does.
        """

        def decide(document: D) -> D | None:
            return document.next(**{field: after}) if getattr(document, field) == before else None

        self.database.require_prepared()
        if self._seen.get(id) is None:
            guard = {"_id": object_id(id), **stored_fields(self.document, {field: before})}
            step = {"$set": stored_fields(self.document, {field: after}), "$inc": {"version": 1}}
            if await self._writes.update(guard, step):
                return
        await self.change(id, decide)

    async def replicate(self, id: str, source_version: int, **fields: Any) -> bool:
        """Take over another service's document, if this is newer than what is here.

        False where it is not. Only the given fields are set; state of the replica's own stays.
        """
        self.database.require_prepared()
        register: Register[D] = Register(self.document, id, source_version, fields)
        self._seen.forget(id)
        # Refused once, there is one that is newer, or one that someone has just inserted.
        for _ in range(2):
            with suppress(VersionConflictError):
                if await self._writes.upsert(register.guard, register.change):
                    self._seen.keep(register.document)
                return True
        return False

    async def republish(self, document: D, *events: Event) -> None:
        """Tell the news of a document's present state again.

        Raises `VersionConflictError` where it is no longer the present one. The news gets ids of
        its own: under those it had, the stream would take it for a repetition and drop it.
        """
        messages = [
            replace(message, id=f"{message.id}/again/{new_id()}")
            for message in map(Message.of, events)
        ]
        key = object_id(document.id)
        with outages():
            result = await self._collection.update_one(
                _guard(key, document.version), {"$push": _news(messages)}
            )
        if not result.matched_count:
            raise VersionConflictError
        self.outbox.add(key, messages)

    async def _insert(self, key: Key, document: D, messages: Sequence[Message]) -> None:
        stored: Stored = {"_id": key, **document.to_mongo()}
        if messages:
            stored["outbox"] = [entry(message) for message in messages]
        await self._writes.insert(stored)

    async def _update(self, key: Key, document: D, messages: Sequence[Message]) -> None:
        # Fields are set, never the document replaced: the relay pulls from the outbox meanwhile.
        change: Stored = {"$set": document.to_mongo()}
        if messages:
            change["$push"] = _news(messages)
        await self._writes.upsert(_guard(key, document.version - 1), change)


def _guess(decide: Callable[[D], D | None], document: D) -> D | None:
    try:
        return decide(document)
    except Exception:  # noqa: BLE001 - it may be of the past; of the present it is raised again
        return None


def _guard(key: Key, version: int) -> Query:
    """Matches that version; a document from before there were versions is read as version 0."""
    return {"_id": key, "version": version or {"$in": [0, None]}}


def _news(messages: Sequence[Message]) -> Stored:
    return {"outbox": {"$each": [entry(message) for message in messages]}}
