"""Cookies, tokens, ids and bodies that nobody of good will would send, to every service."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jose import jwt

from infra.tests.bad_input.serving import REPEATABLE, USER, Serving
from ticketing_common.session import COOKIE
from ticketing_common.testing.sessions import JWT_KEY

EFFORT = settings(REPEATABLE, max_examples=40)
# What an answer never shows: whoever wrote it, or what it is written in.
INTERNALS = (
    "traceback",
    "pydantic",
    "mongo",
    "bson",
    "python",
    "exception",
    "orjson",
    "ticketing_",
)
BODIES = [
    ("auth", "/api/users/signup", {"email": "ann@test.com", "password": "password"}),
    ("auth", "/api/users/signin", {"email": "ann@test.com", "password": "password"}),
    ("tickets", "/api/tickets", {"title": "A concert", "price": 20}),
    ("orders", "/api/orders", {"ticketId": "f" * 24}),
    ("payments", "/api/payments", {"orderId": "f" * 24, "token": "tok_visa"}),
]
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


@contextmanager
def nothing_changes(serving: Serving) -> Iterator[None]:
    before = serving.documents()
    yield
    assert serving.documents() == before


def check(response: httpx.Response, *statuses: int) -> None:
    """One of these, in the standard error body, that says nothing of what is inside."""
    assert response.status_code in statuses, (response.status_code, response.text)
    assert response.headers["content-type"] == "application/json"
    for error in response.json()["errors"]:
        assert set(error) <= {"message", "field"}
        assert not [word for word in INTERNALS if word in error["message"].lower()]


def post(serving: Serving, path: str, content: bytes) -> httpx.Response:
    headers = {**serving.session, "Content-Type": "application/json"}
    return serving.http.post(path, content=content, headers=headers)


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


def _cookie(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.b64encode(raw).decode()


CLAIMS = {"id": USER, "email": "test@test.com", "iat": int(time.time())}
COOKIES = st.one_of(
    st.text(
        st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=';,"'), max_size=99
    ),
    st.binary(max_size=99).map(_cookie),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=6,
    ).map(_cookie),
    st.sampled_from(
        [
            _cookie({"jwt": None}),
            _cookie({"jwt": {"$gt": ""}}),
            _cookie({"jwt": "a.b.c"}),
            _cookie({"jwt": "." * 3000}),
            _cookie(b'{"jwt":' + b"[" * 2000),
            _cookie({"jwt": jwt.encode(CLAIMS, "k" * 40, algorithm="HS256")}),
            _cookie({"jwt": jwt.encode(CLAIMS, JWT_KEY, algorithm="HS512")}),
            _cookie({"jwt": jwt.encode({**CLAIMS, "id": {"$gt": ""}}, JWT_KEY)}),
            _cookie({"jwt": jwt.encode({**CLAIMS, "iat": 0}, JWT_KEY)}),
            _cookie({"jwt": jwt.encode({**CLAIMS, "iat": 2_000_000_000}, JWT_KEY)}),
            _cookie({"jwt": jwt.encode({**CLAIMS, "iat": 10**400}, JWT_KEY)}),
            _cookie({"jwt": jwt.encode({"id": USER}, JWT_KEY)}),
            _cookie({"jwt": base64.urlsafe_b64encode(b"[" * 1500).decode() + ".e30.e30"}),
            _cookie({"jwt": "eyJhbGciOiJub25lIn0." + _cookie(CLAIMS).rstrip("=") + "."}),
            "x" * 5000,
        ]
    ),
)


@EFFORT
@given(cookie=COOKIES)
def test_cookies(services: dict[str, Serving], cookie: str) -> None:
    """What is no session of ours is none: 401, and nobody for whoever asks who they are."""
    headers = {"Cookie": f"{COOKIE}={cookie}"}

    who = services["auth"].http.get("/api/users/currentuser", headers=headers)
    assert (who.status_code, who.json()) == (200, {"currentUser": None})
    for service, path in (("tickets", "tickets/mine"), ("orders", "orders")):
        check(services[service].http.get(f"/api/{path}", headers=headers), 401)


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
