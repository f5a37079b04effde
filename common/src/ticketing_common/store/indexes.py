"""Building the indexes that uniqueness and speed rest on, however large a collection has grown."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import pymongo
from pymongo import IndexModel
from pymongo.errors import OperationFailure

from ticketing_common.store.document import Document, Index
from ticketing_common.store.failures import DUPLICATE_KEY, is_outage, outages

# Seconds. Far more than a build takes: one that is given up is begun again from nothing. (Where the
# server is gone, TCP's keepalive notices within minutes.)
BUILD_TIMEOUT = 24 * 3600.0
MOST_NAMED = 10  # duplicates in the error
# CannotCreateIndex, IndexOptionsConflict, IndexKeySpecsConflict, InvalidIndexSpecificationOption
NOT_BY_ITSELF = frozenset({67, 85, 86, 197})


class Indexed(Protocol):
    """What needs indexes, such as a `Store`."""

    @property
    def document(self) -> type[Document]: ...

    @property
    def indexes(self) -> tuple[Index, ...]: ...


class ImpossibleIndexError(Exception):
    """A person has to change what is stored, or drop an index, before this version can run."""


async def build_indexes(collection: Any, indexes: Iterable[Index]) -> None:
    """Return when they are there. Replicas that start together wait for the same builds.

    Raises `ImpossibleIndexError`, and `DatabaseConnectionError` where the server went away.
    """
    indexes = list(indexes)
    if not indexes:  # of none MongoDB would say that it must be told one
        return
    with outages(), pymongo.timeout(BUILD_TIMEOUT):
        try:
            await collection.create_indexes([_model(index) for index in indexes])
        except OperationFailure as error:
            if error.code == DUPLICATE_KEY:
                raise ImpossibleIndexError(await _of_duplicates(collection, indexes)) from error
            if error.code in NOT_BY_ITSELF or not is_outage(error):
                said = (error.details or {}).get("errmsg", error)
                raise ImpossibleIndexError(f"{collection.name}, an index of: {said}") from error
            raise


def _model(index: Index) -> IndexModel:
    where = {"partialFilterExpression": dict(index.where)} if index.where else {}
    expires = {"expireAfterSeconds": 0} if index.expires else {}
    return IndexModel(list(index.keys), unique=index.unique, **where, **expires)


async def _of_duplicates(collection: Any, indexes: Iterable[Index]) -> str:
    said = []
    for index in indexes:
        found = await _duplicates(collection, index) if index.unique else []
        if found:
            name = ", ".join(key for key, _ in index.keys)
            keys = ", ".join(f"{each['key']} ({each['times']} times)" for each in found)
            said.append(f"{collection.name}, unique index on {name}: {keys}")
    return "keys that are there more than once, which have to go first, under the " + "; ".join(
        said
    )


async def _duplicates(collection: Any, index: Index) -> list[Mapping[str, Any]]:
    """Some of the keys that are there more than once; what is missing counts as null."""
    key = [{"k": name, "v": {"$ifNull": [f"${name}", None]}} for name, _ in index.keys]
    cursor = await collection.aggregate(
        [
            {"$match": dict(index.where or {})},
            {"$group": {"_id": {"$arrayToObject": [key]}, "times": {"$sum": 1}}},
            {"$match": {"times": {"$gt": 1}}},
            {"$limit": MOST_NAMED},
            {"$project": {"_id": 0, "key": "$_id", "times": 1}},
        ],
        allowDiskUse=True,
    )
    found: list[Mapping[str, Any]] = await cursor.to_list(None)
    return found
