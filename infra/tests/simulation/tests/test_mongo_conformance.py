"""The model of MongoDB does what MongoDB does: the same script runs on both."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import IndexModel, InsertOne, MongoClient, UpdateOne
from pymongo.errors import BulkWriteError, WriteError

from infra.tests.simulation.loop import SimulatedLoop
from infra.tests.simulation.mongo.collection import OPTIONS
from infra.tests.simulation.mongo.driver import projected
from infra.tests.simulation.mongo.operations import Operations
from infra.tests.simulation.mongo.pipeline import aggregate
from infra.tests.simulation.mongo.replica_set import ReplicaSet
from infra.tests.simulation.network import Network

INDEXES = [
    IndexModel([("ticket.id", 1), ("ticket.number", -1)], unique=True),
    IndexModel([("status", 1), ("at", 1)]),
    IndexModel([("outbox.id", 1)], partialFilterExpression={"outbox.id": {"$exists": True}}),
]

ids = st.integers(0, 4)
names = st.sampled_from(["a", "b", "c"])
scalars = st.one_of(st.none(), st.integers(-2, 3), names)
entries = st.builds(lambda id: {"id": id, "data": "x"}, names)
tickets = st.builds(lambda id, number: {"id": id, "number": number}, names, st.integers(1, 3))
documents = st.fixed_dictionaries(
    {"_id": ids, "ticket": tickets, "version": st.integers(0, 2)},
    optional={"status": scalars, "at": scalars, "outbox": st.lists(entries, max_size=2)},
)
fields = st.sampled_from(["status", "at", "ticket.extra", "deep.er", "version"])
guards = st.one_of(
    st.builds(lambda id: {"_id": id}, ids),
    st.builds(lambda id, version: {"_id": id, "version": version}, ids, st.integers(0, 2)),
    st.builds(lambda id: {"_id": id, "version": {"$in": [0, None]}}, ids),
    st.builds(lambda id, value: {"_id": id, "status": {"$ne": value}}, ids, scalars),
)
changes = st.one_of(
    st.builds(lambda field, value: {"$set": {field: value}}, fields, scalars),
    st.builds(lambda field: {"$unset": {field: ""}}, fields),
    st.builds(lambda by: {"$inc": {"version": by}}, st.integers(1, 2)),
    st.builds(lambda some: {"$push": {"outbox": {"$each": some}}}, st.lists(entries, max_size=2)),
    st.builds(lambda some: {"$pull": {"outbox": {"id": {"$in": some}}}}, st.lists(names)),
    st.builds(lambda ticket: {"$set": {"ticket": ticket}}, tickets),
)
writes = st.one_of(
    st.builds(InsertOne, documents),
    st.builds(UpdateOne, guards, changes, upsert=st.booleans()),
)
conditions = st.one_of(
    scalars,
    st.builds(lambda some: {"$in": some}, st.lists(scalars, max_size=3)),
    st.builds(lambda name, value: {name: value}, st.sampled_from(["$gt", "$lte", "$ne"]), scalars),
    st.builds(lambda wanted: {"$exists": wanted}, st.booleans()),
)
queries = st.one_of(
    st.dictionaries(st.sampled_from(["status", "at", "version", "ticket.id"]), conditions),
    st.just({"outbox.id": {"$gt": ""}}),
    st.builds(lambda some: {"_id": {"$in": some}}, st.lists(ids, max_size=3)),
)
SORTS: list[list[tuple[str, int]]] = [[("_id", 1)], [("_id", -1)], [("at", 1), ("_id", 1)]]
PROJECTIONS: list[dict[str, Any] | None] = [
    None,
    {"outbox": 0},
    {"outbox": {"$slice": 1}, "_id": 1},
]


@pytest.fixture(scope="module")
def real(mongo_uri: str) -> Iterator[Any]:
    with MongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        collection = client["conformance"]["documents"]
        collection.create_indexes(INDEXES)
        yield collection


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    bulks=st.lists(st.lists(writes, min_size=1, max_size=4), max_size=6),
    asked=st.lists(st.tuples(queries, st.sampled_from(SORTS), st.integers(0, 3)), max_size=4),
    projection=st.sampled_from(PROJECTIONS),
)
def test_any_script_ends_alike(
    real: Any, bulks: list[list[Any]], asked: list[Any], projection: dict[str, Any] | None
) -> None:
    """Bulks that fail in part, upserts, unique indexes, queries and sorts come out the same."""
    # Given the same indexes on both, and no documents
    real.delete_many({})
    model = Operations(ReplicaSet("model", Network(SimulatedLoop(1), 1)), "documents")
    model.create_indexes(INDEXES)

    # When the same writes are made
    for number, bulk in enumerate(bulks):
        ours, theirs = _account_of_model(model, bulk, number), _account(real, bulk)
        assert ours == theirs, (bulk, model.members.primary)

    # Then both have the same documents, and find the same
    model.members.commit_all()
    for query, sort, limit in asked:
        found = list(real.find(query, projection, sort=sort, limit=limit))
        assert [
            projected(each, projection) for each in model.majority.find(query, sort, limit)
        ] == (found)
    assert sorted(model.majority.documents.values(), key=_id) == list(real.find(sort=[("_id", 1)]))
    latest: list[dict[str, Any]] = [
        {"$match": {"ticket.id": {"$in": ["a", "b"]}}},
        {"$sort": {"ticket.id": 1, "ticket.number": -1}},
        {"$group": {"_id": "$ticket.id", "latest": {"$first": "$$ROOT"}}},
    ]
    assert sorted(aggregate(model.majority, latest), key=_id) == sorted(
        real.aggregate(latest), key=_id
    )
    assert OPTIONS.tz_aware


def _account(real: Any, bulk: list[Any]) -> tuple[Any, ...]:
    try:
        return _told(real.bulk_write(bulk, ordered=False).bulk_api_result)
    except BulkWriteError as error:
        return _told(error.details)


def _account_of_model(model: Operations, bulk: list[Any], number: int) -> tuple[Any, ...]:
    return _told(model.bulk(bulk, number))


def _told(account: Any) -> tuple[Any, ...]:
    """What our services read of it."""
    errors = [
        (each["index"], each["code"], list(each.get("keyPattern") or ()))
        for each in account["writeErrors"]
    ]
    upserted = [(each["index"], each["_id"]) for each in account["upserted"]]
    return sorted(errors), sorted(upserted), account["nMatched"], account["nInserted"]


def _id(document: dict[str, Any]) -> Any:
    return document["_id"]


def test_a_failover_takes_back_what_no_majority_had() -> None:
    """A read never sees what may yet be lost, and a lost write may be made again."""
    # Given one write that a majority has, and one that it has not
    members = ReplicaSet("model", Network(SimulatedLoop(1), 1))
    operations = Operations(members, "documents")
    operations.create_indexes(INDEXES)
    operations.single(InsertOne({"_id": 1, "ticket": {"id": "a", "number": 1}}), 1)
    members.commit_all()
    second = InsertOne({"_id": 2, "ticket": {"id": "a", "number": 2}})
    operations.single(second, 2)
    with pytest.raises(WriteError):
        operations.single(InsertOne({"_id": 3, "ticket": {"id": "a", "number": 2}}), 3)

    # When the primary is lost with it
    assert len(operations.majority.documents) == 1
    lost = members.fail_over()

    # Then its key is free again, and sending it again makes it
    assert lost == 1
    operations.single(second, 2)
    members.commit_all()
    assert set(operations.majority.documents) == {1, 2}


def test_a_write_that_is_sent_again_is_made_once() -> None:
    """The driver repeats a write whose answer was lost."""
    # Given a write that was made
    operations = Operations(ReplicaSet("model", Network(SimulatedLoop(1), 1)), "documents")
    operations.bulk([InsertOne({"_id": 1, "count": 0})], 1)
    step = [UpdateOne({"_id": 1}, {"$inc": {"count": 1}})]
    first = operations.bulk(step, 2)

    # When it is sent again under its number
    again = operations.bulk(step, 2)

    # Then it says the same, and was made once
    operations.members.commit_all()
    assert again == first
    assert operations.majority.documents[1]["count"] == 1
