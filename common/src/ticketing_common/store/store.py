"""Reading and saving one kind of document, with the events about it in the same write."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from bson import ObjectId

from ticketing_common.errors import VersionConflictError
from ticketing_common.events.event import Event
from ticketing_common.events.message import AGAIN, Message
from ticketing_common.store.arrivals import Arrivals
from ticketing_common.store.database import Database
from ticketing_common.store.document import Document, Index, object_id
from ticketing_common.store.failures import outages
from ticketing_common.store.last_seen import LastSeen
from ticketing_common.store.outbox import OUTBOX_INDEX, Outbox, entry, pushed
from ticketing_common.store.reads import Query, Reads
from ticketing_common.store.register import Register
from ticketing_common.store.stored import stored_fields, stored_names
from ticketing_common.store.writes import Writes
from ticketing_common.types import new_id

D = TypeVar("D", bound=Document)


def _no_event(document: Document) -> None:
    """Nobody has to hear of it."""


class Store(Reads[D]):
    """The documents of one class.

    Queries and sorts name fields as they are stored (camelCase). Every method raises
    `DatabaseConnectionError` where the store does not answer in time.
    """

    def __init__(self, database: Database, document: type[D]) -> None:
        super().__init__(database, document)
        self.outbox = Outbox(database, document.collection)
        self._writes = Writes(self._collection, self.batches)
        self._seen: LastSeen[D] = LastSeen()
        self.arrivals = Arrivals()

    @property
    def indexes(self) -> tuple[Index, ...]:
        return (*self.document.indexes, *((OUTBOX_INDEX,) if self.document.publishes else ()))

    async def save(self, document: D, *events: Event | None) -> D:
        """Store the document and, in the same write, the events about it (None is none).

        Version 0 is inserted (`AlreadyExistsError` where a unique index objects); any other
        replaces the version before it (`VersionConflictError` where another one is stored).
        `TypeError` for an event about what does not publish: nobody would ever hear it.
        """
        self.database.require_prepared()
        messages = [Message.of(event) for event in events if event]
        if messages and not self.document.publishes:
            raise TypeError(f"{self.document.__name__} does not publish")
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
        event_of: Callable[[D], Event | None] = _no_event,
    ) -> D:
        """Save what `decide` makes of the document, and the event that `event_of` makes of that.

        `decide` gives the next version, or None to leave the document as it is, and does nothing
        else, as it may be asked more than once. What it raises goes through. Returns the document
        as it is then.

        Raises `NotFoundError`, and `VersionConflictError` where someone saved in between.
        """
        # Most often it is as it was when we saved it, which saves reading it. Where it is not, the
        # save is refused; so this may be the ground for a save, and for nothing else.
        seen = self._seen.get(id)
        if guessed := seen and _guess(decide, event_of, seen):
            try:
                return await self.save(*guessed)
            except VersionConflictError:
                self._seen.forget(id)
        document = await self.get(id)
        self._seen.keep(document)
        changed = decide(document)
        return document if changed is None else await self.save(changed, event_of(changed))

    def seen(self, id: str) -> D | None:
        """The document as it was last saved here, or read to be changed, if that is remembered: for
        what can't have changed since."""
        return self._seen.get(id)

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
                self.arrivals.tell(id)
                return True
        self.arrivals.tell(id)
        return False

    async def set_newer(self, id: str, numbered: str, number: int, **fields: Any) -> None:
        """Set fields of a replica that is there, if the field `numbered`, which counts how often
        its source changed these, is lower than this number.

        For what has events of its own, which `replicate` would refuse as old: an older version of
        the source may have told of a later state of the document without these fields. Raises
        `VersionConflictError` where it was not done.
        """
        self.database.require_prepared()
        self._seen.forget(id)
        change = {"$set": stored_fields(self.document, {**fields, numbered: number})}
        name = stored_names(self.document)[numbered]
        older = [{name: None}, {name: {"$lt": number}}]
        if await self._writes.update({"_id": object_id(id), "$or": older}, change):
            return
        if getattr(await self.get(id), numbered) < number:
            raise VersionConflictError

    async def republish(self, document: D, *events: Event) -> None:
        """Publish the events of a document's present state again.

        Raises `VersionConflictError` where it is no longer the present one. They get ids of
        their own: under those they had, the stream would take them for a repetition and drop them.
        They are found with the relay's next poll; nothing that has just happened waits behind them.
        """
        first = map(Message.of, events)
        messages = [each._replace(id=f"{each.id}{AGAIN}{new_id()}") for each in first]
        guard = _guard(object_id(document.id), document.version)
        with outages():
            result = await self._collection.update_one(guard, {"$push": pushed(messages)})
        if not result.matched_count:
            raise VersionConflictError

    async def _insert(self, key: ObjectId | None, document: D, messages: Sequence[Message]) -> None:
        stored: dict[str, Any] = {"_id": key, **document.to_mongo()}
        if messages:
            stored["outbox"] = [entry(message) for message in messages]
        await self._writes.insert(stored)

    async def _update(self, key: ObjectId | None, document: D, messages: Sequence[Message]) -> None:
        # Fields are set, never the document replaced: the relay pulls from the outbox meanwhile.
        seen = self._seen.get(document.id)
        known = seen if seen and seen.version == document.version - 1 else None
        change: dict[str, Any] = document.to_change(known)
        if messages:
            change["$push"] = pushed(messages)
        await self._writes.upsert(_guard(key, document.version - 1), change)


def _guess(
    decide: Callable[[D], D | None], event_of: Callable[[D], Event | None], document: D
) -> tuple[D, Event | None] | None:
    try:
        changed = decide(document)
        return None if changed is None else (changed, event_of(changed))
    except Exception:  # noqa: BLE001 - it may be of the past; of the present it is raised again
        return None


def _guard(key: ObjectId | None, version: int) -> Query:
    """Matches that version; a document from before there were versions is read as version 0."""
    return {"_id": key, "version": version or {"$in": [0, None]}}
