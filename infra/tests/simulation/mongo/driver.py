"""PyMongo's asynchronous API over a simulated set."""

import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from pymongo import DeleteOne, InsertOne, UpdateMany, UpdateOne
from pymongo.errors import BulkWriteError

from infra.tests.simulation.mongo.asking import ask
from infra.tests.simulation.mongo.collection import Stored, copied
from infra.tests.simulation.mongo.operations import Operations
from infra.tests.simulation.mongo.pipeline import aggregate
from infra.tests.simulation.mongo.replica_set import ReplicaSet
from infra.tests.simulation.unknown import UnknownError
from ticketing_common.store.database import SAFETY

_numbers = itertools.count()


class SimulatedDatabase:
    """What `Database` takes: one service's database, as seen by one of its replicas."""

    def __init__(self, members: ReplicaSet) -> None:
        self.members = members
        self.client = _Client()
        self._local = SAFETY["readConcernLevel"] == "local"

    def __getitem__(self, name: str) -> "SimulatedCollection":
        return SimulatedCollection(self.members, name, self._local)

    def get_collection(self, name: str, **_: Any) -> "SimulatedCollection":
        return self[name]

    async def command(self, *_: Any, **__: Any) -> Stored:
        return dict(await ask(self.members, lambda: {"ok": 1.0}))

    async def list_collection_names(self) -> list[str]:
        return list(await ask(self.members, lambda: list(self.members.majority)))


class _Client:
    async def close(self) -> None:
        """Nothing is open."""


class SimulatedCollection:
    def __init__(self, members: ReplicaSet, name: str, local: bool = False) -> None:
        self.name = name
        self.members = members
        self._do = Operations(members, name, local)

    def with_options(self, **_: Any) -> "SimulatedCollection":
        return self

    def find(
        self,
        query: Mapping[str, Any] | None = None,
        projection: Mapping[str, Any] | None = None,
        *,
        sort: Any = None,
        limit: int = 0,
        batch_size: int = 0,
        **others: Any,
    ) -> "Cursor":
        _require_known(others)

        def read() -> list[Stored]:
            found = self._do.readable.find(query or {}, sort, limit)
            return [projected(each, projection) for each in found]

        return Cursor(self.members, read)

    async def find_one(
        self, query: Mapping[str, Any], projection: Any = None, **options: Any
    ) -> Any:
        found = await self.find(query, projection, limit=1, **options).to_list(None)
        return found[0] if found else None

    async def aggregate(self, stages: Sequence[Mapping[str, Any]], **others: Any) -> "Cursor":
        _require_known(others)
        return Cursor(self.members, lambda: aggregate(self._do.readable, stages))

    async def count_documents(self, query: Mapping[str, Any], limit: int = 0, **others: Any) -> int:
        _require_known(others)
        found = await self.find(query, limit=limit).to_list(None)
        return len(found)

    async def bulk_write(self, writes: Sequence[Any], ordered: bool = True, **others: Any) -> Any:
        _require_known(others)
        if ordered:
            raise UnknownError("an ordered bulk")
        retryable = not any(isinstance(each, UpdateMany) for each in writes)
        account = await self._write(lambda number: self._do.bulk(writes, number), retryable)
        if account["writeErrors"]:
            raise BulkWriteError(account)
        return _Result(account)

    async def insert_one(self, document: Mapping[str, Any], **others: Any) -> Any:
        _require_known(others)
        return await self._single(InsertOne(document))

    async def update_one(self, query: Any, update: Any, upsert: bool = False, **others: Any) -> Any:
        _require_known(others)
        return await self._single(UpdateOne(query, update, upsert=upsert))

    async def update_many(
        self, query: Any, update: Any, upsert: bool = False, **others: Any
    ) -> Any:
        _require_known(others)
        return await self._single(UpdateMany(query, update, upsert=upsert), retryable=False)

    async def delete_one(self, query: Any, **others: Any) -> Any:
        _require_known(others)
        return await self._single(DeleteOne(query))

    async def create_indexes(self, models: Sequence[Any], **others: Any) -> list[str]:
        _require_known(others)
        await ask(self.members, lambda: self._do.create_indexes(models))
        return [model.document["name"] for model in models]

    async def _single(self, write: Any, retryable: bool = True) -> Any:
        return _Result(await self._write(lambda n: self._do.single(write, n), retryable))

    async def _write(self, execute: Callable[[int], Stored], retryable: bool) -> Stored:
        number = next(_numbers)

        done = await ask(self.members, lambda: execute(number), commits=True, retryable=retryable)
        return dict(done)


def _require_known(options: Mapping[str, Any]) -> None:
    """What changes nothing of the outcome may be said."""
    if others := options.keys() - {"hint", "comment"}:
        raise UnknownError(f"the options {others}")


class Cursor:
    def __init__(self, members: ReplicaSet, read: Callable[[], list[Stored]]) -> None:
        self._members = members
        self._read = read

    async def to_list(self, _: int | None = None) -> list[Stored]:
        return list(await ask(self._members, self._read))

    async def __aiter__(self) -> AsyncIterator[Stored]:
        for document in await self.to_list():
            yield document


class _Result:
    def __init__(self, account: Stored) -> None:
        self.bulk_api_result = account
        self.matched_count = account["nMatched"]
        self.modified_count = account["nModified"]
        self.deleted_count = account["nRemoved"]


def projected(document: Stored, projection: Mapping[str, Any] | None) -> Stored:
    """A copy, with what the projection leaves of it: all but some fields, or only some."""
    left_out = {name for name, wanted in (projection or {}).items() if wanted in (0, False)}
    copy = {name: copied(value) for name, value in document.items() if name not in left_out}
    if left_out or not projection:
        return copy
    for name, wanted in projection.items():
        if isinstance(wanted, Mapping) and name in copy:
            copy[name] = copy[name][: wanted["$slice"]]
    return {name: copy[name] for name in ("_id", *projection) if name in copy}
