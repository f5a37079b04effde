"""Writing to one collection: many writes in one round trip, each with an outcome of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

from ticketing_common.batch import Batch
from ticketing_common.errors import VersionConflictError
from ticketing_common.store.database import is_outage, outages

DUPLICATE_KEY = 11000  # MongoDB's error code

Write = InsertOne[dict[str, Any]] | UpdateOne


class AlreadyExistsError(Exception):
    """A unique index already holds this document's key."""


class Writes:
    """Inserts and guarded updates. All raise `DatabaseConnectionError` where nobody can say what
    was done; inserts and upserts also what MongoDB refused of them, each for itself."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection
        self._inserts: Batch[Write, bool] = Batch.of_writes(self._outcomes)
        self._upserts: Batch[Write, bool] = Batch.of_writes(self._outcomes)
        self._updates: Batch[Write, bool] = Batch.of_writes(self._all_matched)

    async def insert(self, stored: dict[str, Any]) -> None:
        """Raise `AlreadyExistsError` where a unique index objects."""
        try:
            await self._inserts.ask(InsertOne(stored))
        except DuplicateKeyError as error:
            raise AlreadyExistsError from error

    async def upsert(self, guard: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
        """Change the document that the guard matches, its `_id` and more; insert it if there is
        none of that id. Returns whether it was inserted.

        Raises `VersionConflictError` where there is one that does not match. (A bulk write only
        counts what it matched. As an upsert, what matched nothing tries to insert, and is named by
        the unique index on `_id` that refuses it.)
        """
        try:
            return await self._upserts.ask(UpdateOne(guard, change, upsert=True))
        except DuplicateKeyError as error:
            of_id = "_id" in (error.details or {}).get("keyPattern", {"_id": 1})
            raise (VersionConflictError if of_id else AlreadyExistsError) from error

    async def update(self, guard: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
        """Change the document that the guard matches, and insert none. Returns whether it is sure
        that it was changed: it is not where another of the same round trip was not, or failed."""
        return await self._updates.ask(UpdateOne(guard, change))

    async def _outcomes(self, writes: list[Write]) -> Sequence[bool | OperationFailure]:
        """What each failed of, or whether it was an update that inserted."""
        details = await self._bulk(writes)
        outcomes: list[bool | OperationFailure] = [False] * len(writes)
        for each in details["upserted"]:
            outcomes[each["index"]] = True
        for each in details["writeErrors"]:
            outcomes[each["index"]] = _failure(each)
        return outcomes

    async def _all_matched(self, writes: list[Write]) -> Sequence[bool]:
        """Whether all of them matched, as only their number is told."""
        return [(await self._bulk(writes))["nMatched"] == len(writes)] * len(writes)

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


def _failure(error: dict[str, Any]) -> OperationFailure:
    kind = DuplicateKeyError if error["code"] == DUPLICATE_KEY else OperationFailure
    return kind(error.get("errmsg", ""), error["code"], error)
