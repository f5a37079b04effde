import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient, UpdateOne

from infra.tests.load.queries import UnknownMethodError, is_decided, queries, scans
from infra.tests.versions import ROOT


def explained(mongo_uri: str, command: dict[str, Any]) -> Any:
    database = MongoClient[dict[str, Any]](mongo_uri)["explained"]
    database["things"].create_index([("colour", 1)])
    database["things"].insert_one({"colour": "red", "size": 1})
    return database.command({"explain": command, "verbosity": "queryPlanner"})


def test_a_query_without_an_index_is_told_from_one_with_an_index(mongo_uri: str) -> None:
    """MongoDB's own plan says which fields an index answers for."""
    [indexed] = queries("things", "find", ({"colour": "red"},), {})
    [bare] = queries("things", "find_one", ({"size": 1},), {})

    assert not scans(explained(mongo_uri, indexed.command))
    assert scans(explained(mongo_uri, bare.command))


def test_an_index_walked_for_its_order_alone_is_no_answer(mongo_uri: str) -> None:
    """MongoDB would rather read all of `_id` than sort, which is a scan by another name."""
    [query] = queries("things", "find", ({"size": 1},), {"sort": [("_id", -1)], "limit": 10})

    assert scans(explained(mongo_uri, query.command))


def test_pipelines_are_explained_too(mongo_uri: str) -> None:
    """An aggregation's plan is nested deeper, and read as well."""
    [bare] = queries("things", "aggregate", ([{"$match": {"size": 1}}, {"$limit": 1}],), {})

    assert scans(explained(mongo_uri, bare.command))


def test_a_collection_that_does_not_exist_decides_nothing(mongo_uri: str) -> None:
    """Its plan is to be at the end."""
    [query] = queries("nothing", "find", ({"size": 1},), {})

    assert not is_decided(explained(mongo_uri, query.command))


def test_each_write_of_a_bulk_is_a_query() -> None:
    """An update in a bulk has a condition like any other."""
    bulk = [UpdateOne({"_id": 1}, {"$set": {"a": 1}}), UpdateOne({"b": 1}, {"$set": {"a": 1}})]

    found = queries("things", "bulk_write", (bulk,), {})

    assert [query.command["filter"] for query in found] == [{"_id": 1}, {"b": 1}]


def test_a_method_nobody_knows_does_not_pass() -> None:
    """What a new method looks for has to be said first."""
    with pytest.raises(UnknownMethodError):
        queries("things", "find_raw_batches", ({},), {})


def test_queries_that_differ_in_values_are_of_one_kind() -> None:
    """One explanation does for all of them."""
    [one] = queries("things", "find", ({"colour": {"$in": ["red"]}},), {})
    [two] = queries("things", "find", ({"colour": {"$in": ["blue", "green"]}},), {})
    [other] = queries("things", "find", ({"size": {"$in": ["red"]}},), {})

    assert one.shape == two.shape != other.shape


@pytest.mark.timeout(600)
@pytest.mark.parametrize("service", ["auth", "tickets", "orders", "payments"])
def test_every_query_of_a_service_uses_an_index(service: str, tmp_path: Path) -> None:
    """Whatever a service asks its database in any of its tests, no collection is read through."""
    argv = [sys.executable, "-m", "pytest", "-q", "--mongod", "-p", "infra.tests.load.explain"]
    argv += ["-p", "no:cacheprovider", "--basetemp", str(tmp_path), service]

    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-4000:]
    assert "kinds of queries use an index" in done.stdout
