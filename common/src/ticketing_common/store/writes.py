"""Writing to one collection: many writes in one round trip, each with an outcome of its own."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from bson import encode
from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError, DocumentTooLarge, DuplicateKeyError, OperationFailure

from ticketing_common.batch import Batch
from ticketing_common.errors import DatabaseConnectionError, VersionConflictError
from ticketing_common.store.failures import PATH_NOT_VIABLE, failure_of, is_outage, outages
from ticketing_common.store.stored import with_objects

Guard = Mapping[str, Any]
Change = Mapping[str, Any]
Write = InsertOne[dict[str, Any]] | UpdateOne
Outcomes = Sequence[bool | Exception]
T = TypeVar("T")
Send = Callable[[list[T]], Awaitable[Outcomes]]

MAX_DOCUMENT = 16 * 2**20  # bytes that MongoDB takes in one document
MAX_MESSAGE = 48_000_000  # and in one message


class AlreadyExistsError(Exception):
    """A unique index already holds this document's key."""


class Writes:
    """Inserts and guarded updates. All raise `DatabaseConnectionError` where nobody can say what
    was done; inserts and upserts also what MongoDB refused of them, each for itself."""

    def __init__(self, collection: Any, batches: dict[str, Batch[Any, Any]]) -> None:
        """Enter what goes together into `batches`, by its kind."""
        self._collection = collection
        self._inserts: Batch[dict[str, Any], bool] = Batch(self._insert)
        self._upserts: Batch[tuple[Guard, Change], bool] = Batch(self._upsert)
        self._updates: Batch[tuple[Guard, Change], bool] = Batch(self._update)
        batches |= {"insert": self._inserts, "upsert": self._upserts, "update": self._updates}

    async def insert(self, stored: dict[str, Any]) -> None:
        """Raise `AlreadyExistsError` where a unique index objects."""
        try:
            await self._inserts.ask(stored)
        except DuplicateKeyError as error:
            raise AlreadyExistsError from error

    async def upsert(self, guard: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
        """Change the document that the guard matches, its `_id` and more; insert it if there is
        none of that id. Returns whether it was inserted.

        Raises `VersionConflictError` where there is one that does not match. (A bulk write only
        counts what it matched. As an upsert, what matched nothing tries to insert, and is named by
        the unique index on `_id` that refuses it.) Where a nested field's object is stored as null,
        text or a list, all of the object is set.
        """
        try:
            return await self._ask_upsert(guard, change)
        except OperationFailure as error:
            if error.code != PATH_NOT_VIABLE:
                raise
        with outages():
            stored = await self._collection.find_one(guard, {"outbox": 0})
        whole = with_objects(change["$set"], stored or {})
        return await self._ask_upsert(guard, {**change, "$set": whole})

    async def _ask_upsert(self, guard: Guard, change: Change) -> bool:
        try:
            return await self._upserts.ask((guard, change))
        except DuplicateKeyError as error:
            of_id = "_id" in (error.details or {}).get("keyPattern", {"_id": 1})
            raise (VersionConflictError if of_id else AlreadyExistsError) from error

    async def update(self, guard: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
        """Change the document that the guard matches, and insert none. Returns whether it is sure
        that it was changed: it is not where another of the same round trip was not, or failed."""
        return await self._updates.ask((guard, change))

    async def _insert(self, items: list[dict[str, Any]]) -> Outcomes:
        return await _apart(items, lambda items: self._outcomes(list(map(InsertOne, items))))

    async def _upsert(self, items: list[tuple[Guard, Change]]) -> Outcomes:
        async def send(items: list[tuple[Guard, Change]]) -> Outcomes:
            return await self._outcomes([UpdateOne(*item, upsert=True) for item in items])

        return await _apart(items, send)

    async def _update(self, items: list[tuple[Guard, Change]]) -> Outcomes:
        """Whether all of them matched, as MongoDB says only how many did."""

        async def send(items: list[tuple[Guard, Change]]) -> Outcomes:
            details = await self._bulk([UpdateOne(*item) for item in items])
            return [details["nMatched"] == len(items)] * len(items)

        return await _apart(items, send)

    async def _outcomes(self, writes: list[Write]) -> Outcomes:
        """What each failed of, or whether it was an update that inserted."""
        details = await self._bulk(writes)
        outcomes: list[bool | Exception] = [False] * len(writes)
        for each in details["upserted"]:
            outcomes[each["index"]] = True
        for each in details["writeErrors"]:
            outcomes[each["index"]] = failure_of(each)
        done = sum(details[count] for count in ("nInserted", "nMatched", "nUpserted"))
        if done + len(details["writeErrors"]) < len(writes):  # it broke off
            raise DatabaseConnectionError
        return outcomes

    async def _bulk(self, writes: list[Write]) -> Mapping[str, Any]:
        """Do all of it, in any order, and return MongoDB's account of it."""
        with outages():
            try:
                result = await self._collection.bulk_write(writes, ordered=False)
            except BulkWriteError as error:
                if is_outage(error):
                    raise
                return error.details
        account: Mapping[str, Any] = result.bulk_api_result
        return account


async def _apart(items: list[T], send: Send[T]) -> Outcomes:
    """What `send` makes of the items; one that can't be sent at all fails for itself.

    Which one that is, is asked only where the driver or the server refused the whole message:
    either does so before any of it is stored.
    """
    try:
        return await send(items)
    except DatabaseConnectionError:
        raise
    except Exception:
        if len(items) == 1:
            raise
    sizes = [_size(item) for item in items]
    if sum(size for size in sizes if isinstance(size, int)) > MAX_MESSAGE:
        raise DatabaseConnectionError  # they were several messages: some may be stored
    good = [item for item, size in zip(items, sizes, strict=True) if isinstance(size, int)]
    if len(good) < len(items):
        sent = iter(await _apart(good, send) if good else ())
        return [next(sent) if isinstance(size, int) else size for size in sizes]
    return [await _alone(item, send) for item in items]


async def _alone(item: T, send: Send[T]) -> bool | Exception:
    try:
        (outcome,) = await send([item])
    except Exception as error:  # noqa: BLE001 - its caller's to handle
        return error
    return outcome


def _size(item: object) -> int | Exception:
    """In bytes as MongoDB gets it, or why it can't get it."""
    try:
        size = len(encode({"": item}))
    except Exception as error:  # noqa: BLE001 - whatever the encoder says is its caller's to hear
        return error
    return size if size < MAX_DOCUMENT else DocumentTooLarge(f"{size} bytes")
