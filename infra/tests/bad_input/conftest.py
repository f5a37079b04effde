"""Each service that has an API, and what may be answered to bad input."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from infra.tests.bad_input.serving import Serving, serving
from infra.tests.wired import WITH_API

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


@pytest.fixture(scope="session")
def services() -> Iterator[dict[str, Serving]]:
    """Each service that has an API, on a port of its own."""
    with ExitStack() as stack:
        yield {service: stack.enter_context(serving(service)) for service in WITH_API}


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
