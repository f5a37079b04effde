"""Indexes on collections that have grown, and on what no index can be built on."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from bson import ObjectId
from pymongo import MongoClient

from common.tests.conftest import Note, Until
from ticketing_common.errors import DatabaseConnectionError
from ticketing_common.store import Database, Document, Index, Store
from ticketing_common.store.database import TIMEOUTS
from ticketing_common.store.indexes import ImpossibleIndexError


class Letter(Document):
    collection: ClassVar[str] = "letters"
    indexes: ClassVar[tuple[Index, ...]] = (
        Index((("to.street", 1), ("to.number", -1)), unique=True),
    )


@contextmanager
def held_builds(client: MongoClient[Any]) -> Iterator[None]:
    """No build of an index gets on meanwhile."""
    point = {"configureFailPoint": "hangAfterStartingIndexBuild"}
    client["admin"].command({**point, "mode": "alwaysOn"})
    try:
        yield
    finally:
        client["admin"].command({**point, "mode": "off"})


async def test_a_build_takes_longer_than_an_operation_may(
    testing_mongod: str,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is not given up and begun again; `/readyz` says why the service is not ready; and another
    replica that starts meanwhile waits for the same build."""
    monkeypatch.setitem(TIMEOUTS, "timeoutMS", 1000)
    replicas = [Database.connect(f"{testing_mongod}/grown") for _ in range(2)]
    client: MongoClient[Any] = MongoClient(testing_mongod, directConnection=True)
    client["grown"]["notes"].insert_many({"slug": str(number)} for number in range(1000))
    loop = asyncio.get_running_loop()

    def building() -> int:
        asked = {"command.createIndexes": "notes", "connectionId": {"$exists": True}}
        pipeline: list[dict[str, Any]] = [{"$currentOp": {}}, {"$match": asked}]
        return len(list(client["admin"].aggregate(pipeline)))

    with held_builds(client):
        prepared = [asyncio.create_task(each.prepare([Store(each, Note)])) for each in replicas]
        await until(lambda: building() == len(replicas))
        begun = loop.time()
        for each in replicas:
            with pytest.raises(DatabaseConnectionError) as refused:
                await each.ping()
            assert refused.value.readiness == "is building its indexes"
        await until(lambda: bool(caplog.records) or loop.time() > begun + 2.5)  # two operations
        assert building() == len(replicas)
    await asyncio.gather(*prepared)

    assert [each.message for each in caplog.records if each.levelno >= logging.WARNING] == []
    assert "slug_1" in client["grown"]["notes"].index_information()
    for each in replicas:
        await each.ping()
        await each.close()
    client.close()


async def test_duplicates_under_a_unique_index(real_database: Database) -> None:
    """Waiting would not help: the collection, the index and what is there more than once are
    named."""
    await real_database["letters"].drop()
    places = [{"street": "A", "number": 1}] * 3 + [{"street": "B"}] * 2 + [{"street": "C"}]
    await real_database["letters"].insert_many([{"to": {**place}} for place in places])

    with pytest.raises(ImpossibleIndexError) as refused:
        await real_database.prepare([Store(real_database, Letter)])

    assert not real_database.prepared
    for part in (
        "letters, unique index on to.street, to.number",
        "{'to.street': 'A', 'to.number': 1} (3 times)",
        "{'to.street': 'B', 'to.number': None} (2 times)",
    ):
        assert part in str(refused.value)
    assert "'C'" not in str(refused.value)
    await real_database["letters"].drop()


@pytest.mark.parametrize(
    ("options", "name"),
    [({}, r"to\.street_1_to\.number_-1"), ({"name": "another", "unique": True}, "another")],
)
async def test_an_index_with_other_options(
    real_database: Database, options: dict[str, Any], name: str
) -> None:
    """One of the same keys is in the way: it is named, and a person decides."""
    await real_database["letters"].drop()
    keys = [("to.street", 1), ("to.number", -1)]
    await real_database["letters"].create_index(keys, **options)

    with pytest.raises(ImpossibleIndexError, match=f"letters.*{name}"):
        await real_database.prepare([Store(real_database, Letter)])

    await real_database["letters"].drop()


async def test_what_no_index_can_hold(real_database: Database) -> None:
    """Two lists in one document, under an index on both."""
    await real_database["letters"].drop()
    odd = {"_id": ObjectId(), "to": {"street": [1, 2], "number": [1, 2]}}
    await real_database["letters"].insert_one(odd)

    with pytest.raises(ImpossibleIndexError, match="parallel arrays"):
        await real_database.prepare([Store(real_database, Letter)])

    await real_database["letters"].drop()
