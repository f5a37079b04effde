"""Ids, bodies and methods that nobody of good will would send, to every service."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.tests.bad_input.conftest import BODIES, check, nothing_changes, post
from infra.tests.bad_input.serving import REPEATABLE, USER, Serving

EFFORT = settings(REPEATABLE, max_examples=40)
OPERATORS: list[Any] = [
    {"$gt": ""},
    {"$ne": None},
    {"$where": "sleep(1000)"},
    {"$regex": ".*"},
    ["f" * 24],
    [{"$gt": ""}],
    {"_id": {"$exists": True}},
]
BOMBS = {
    "deep arrays": b"[" * 30_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "a deep field": b'{"title":' + b"[" * 1000 + b"]" * 1000 + b',"price":1}',
    "a huge integer": b'{"title":"x","price":' + b"9" * 50_000 + b"}",
    "a huge exponent": b'{"title":"x","price":1e999999999}',
    "a huge exponent as text": b'{"title":"x","price":"1e999999999"}',
    "a tiny exponent": b'{"title":"x","price":1e-999999999}',
    "not a number": b'{"title":"x","price":NaN}',
    "infinity": b'{"title":"x","price":Infinity}',
    "infinity as text": b'{"title":"x","price":"Infinity"}',
    "digits of another script": '{"title":"x","price":"٣"}'.encode(),
    "a lone surrogate": b'{"title":"\\ud800","price":"x"}',
    "invalid UTF-8": b'{"title":"\xff\xfe","price":20}',
    "another encoding": '{"title":"x"}'.encode("utf-16"),
    "nothing": b"",
    "NUL": b"\x00",
    "too much": b'{"title":"' + b"x" * 70_000 + b'"}',
    "a list": b"[]",
    "a text": b'"text"',
    "null": b"null",
    "two documents": b"{}{}",
    "a comment": b"{/**/}",
}


@pytest.mark.parametrize(("service", "path", "body"), BODIES, ids=[path for _, path, _ in BODIES])
def test_operators_are_no_values(
    services: dict[str, Serving], service: str, path: str, body: dict[str, Any]
) -> None:
    """A query in the place of any field is a wrong field: 400, and nothing is stored."""
    with nothing_changes(services[service]):
        for field in body:
            for operator in OPERATORS:
                response = post(
                    services[service], path, json.dumps({**body, field: operator}).encode()
                )
                check(response, 400)
                assert response.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(("service", "path"), [(service, path) for service, path, _ in BODIES])
@pytest.mark.parametrize("bomb", BOMBS)
def test_json_bombs(services: dict[str, Serving], service: str, path: str, bomb: str) -> None:
    """Refused at once, and nothing is stored."""
    with nothing_changes(services[service]):
        check(post(services[service], path, BOMBS[bomb]), 400, 413)


def test_the_last_of_equal_fields_counts(services: dict[str, Serving]) -> None:
    """One reading of the body is checked and stored, not two."""
    good_last = b'{"title": {"$gt": ""}, "title": "Twice", "price": 20}'
    bad_last = b'{"title": "Twice", "title": {"$gt": ""}, "price": 20}'

    created = post(services["tickets"], "/api/tickets", good_last)

    assert (created.status_code, created.json()["title"]) == (201, "Twice")
    with nothing_changes(services["tickets"]):
        check(post(services["tickets"], "/api/tickets", bad_last), 400)


@pytest.mark.parametrize(
    "field", ["__proto__", "_id", "id", "version", "userId", "orderId", "reservation"]
)
def test_nobody_sets_what_is_not_theirs(services: dict[str, Serving], field: str) -> None:
    """Fields that are none of the body's are ignored."""
    body = json.dumps({"title": "A concert", "price": 20, field: "f" * 24}).encode()

    created = post(services["tickets"], "/api/tickets", body).json()

    assert created["id"] != "f" * 24
    assert (created["userId"], created["version"], created["orderId"]) == (USER, 0, None)


IDS = st.one_of(
    st.text(min_size=1, max_size=40),
    st.sampled_from(
        ["$gt", "[$ne]", "null", "..", "%00", "'; drop", "0" * 23, "0" * 25, "g" * 24, "é" * 12]
    ),
    st.binary(min_size=12, max_size=12).map(lambda raw: raw.decode("latin-1")),
)


@EFFORT
@given(id=IDS)
def test_ids(services: dict[str, Serving], id: str) -> None:
    """What can't be an id is one that nobody has: 404."""
    for service, path in (("tickets", "tickets"), ("orders", "orders"), ("payments", "payments")):
        serving = services[service]
        quoted = "".join(f"%{byte:02X}" for byte in id.encode())
        if id in (".", ".."):
            continue  # another path
        response = serving.http.get(f"/api/{path}/{quoted}", headers=serving.session)
        check(response, 404)


@pytest.mark.parametrize(("service", "path"), [(service, path) for service, path, _ in BODIES])
@pytest.mark.parametrize(
    "method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
)
def test_unknown_methods(
    services: dict[str, Serving], service: str, path: str, method: str
) -> None:
    """404, as an unknown path is."""
    if method == "GET" and path in ("/api/tickets", "/api/orders"):
        return
    check(services[service].http.request(method, path), 404)
