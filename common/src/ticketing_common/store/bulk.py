"""Many writes in one round trip, each with an outcome of its own."""

from collections.abc import Sequence
from typing import Any

from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

from ticketing_common.store.database import is_outage, outages

DUPLICATE_KEY = 11000  # MongoDB's error code

Outcome = OperationFailure | None


async def write(collection: Any, operations: Sequence[Any]) -> list[Outcome]:
    """Do all of it, in any order; what each failed of by itself, `DuplicateKeyError` for a key
    that a unique index refused.

    Raises `DatabaseConnectionError` where nobody can say what was done.
    """
    outcomes: list[Outcome] = [None] * len(operations)
    with outages():
        try:
            await collection.bulk_write(operations, ordered=False)
        except BulkWriteError as error:
            if is_outage(error):
                raise
            details: Any = error.details
            for each in details["writeErrors"]:
                outcomes[each["index"]] = _failure(each)
    return outcomes


def refused_by_id(outcome: Outcome) -> bool:
    """Whether it was the index on `_id` that refused: a document of this id is stored already."""
    return isinstance(outcome, DuplicateKeyError) and "_id" in _key_pattern(outcome)


def _failure(error: dict[str, Any]) -> OperationFailure:
    kind = DuplicateKeyError if error["code"] == DUPLICATE_KEY else OperationFailure
    return kind(error.get("errmsg", ""), error["code"], error)


def _key_pattern(failure: OperationFailure) -> Any:
    return (failure.details or {}).get("keyPattern", {"_id": 1})
