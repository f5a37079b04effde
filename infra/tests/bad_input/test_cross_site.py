"""What a page of another site makes a browser send, to every unsafe route of every service."""

import asyncio
import re
from typing import Any

import pytest

from infra.tests.bad_input.conftest import check, nothing_changes
from infra.tests.bad_input.serving import Serving
from infra.tests.wired import WITH_API, wired
from ticketing_common.routing import Route


def _unsafe(service: str) -> list[tuple[str, str, str, bool]]:
    routes: list[Route] = asyncio.run(wired(service)).short  # type: ignore[attr-defined]
    return [
        (service, method, re.sub(r"\{\w+\}", "f" * 24, route.path), "body" in _parameters(route))
        for route in routes
        if route.wants_own_json
        for method in sorted(route.methods or ())
    ]


def _parameters(route: Route) -> set[str]:
    return set(route.endpoint.__annotations__)


UNSAFE = [each for service in WITH_API for each in _unsafe(service)]
each_unsafe_route = pytest.mark.parametrize(
    ("service", "method", "path", "wants_body"), UNSAFE, ids=[f"{m} {p}" for _, m, p, _ in UNSAFE]
)

HOST = {"Host": "ticketing.dev"}
FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://ticketing.dev"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://ticketing.dev"},
    {"Sec-Fetch-Site": ""},
    {"Origin": "https://evil.test"},
    {"Origin": "https://blog.ticketing.dev"},
    {"Origin": "https://ticketing.dev:8443"},
    {"Origin": "https://ticketing.dev.evil.test"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://["},
    {"Origin": "https://ticketing.dev", "X-Forwarded-Host": "shop.example.com"},
]
OURS: list[dict[str, str]] = [
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://ticketing.dev"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://ticketing.dev"},
    {"Origin": "https://Ticketing.dev"},
    {"Origin": "https://shop.example.com", "X-Forwarded-Host": "shop.example.com"},
    {"Origin": "https://shop.example.com", "X-Forwarded-Host": "shop.example.com, ticketing.dev"},
]
FORMS = [
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "text/plain; application/json",
    "application/jsonp",
    "application/json, text/plain",
    "",
    None,
]
JSON = ["application/json", "application/json; charset=utf-8", "Application/JSON ;charset=UTF-8"]
SOMEBODY_ELSE = b'{"email": "mallory@test.com", "password": "password", "title": "A", "price": 1}'


def test_there_are_such_routes() -> None:
    """What is below holds for something."""
    assert {(method, path) for _, method, path, _ in UNSAFE} >= {
        ("POST", "/api/users/signup"),
        ("POST", "/api/users/signin"),
        ("POST", "/api/users/signout"),
        ("POST", "/api/tickets"),
        ("PUT", f"/api/tickets/{'f' * 24}"),
        ("POST", "/api/orders"),
        ("DELETE", f"/api/orders/{'f' * 24}"),
        ("POST", "/api/payments"),
    }


@each_unsafe_route
def test_a_foreign_page_does_nothing(
    services: dict[str, Serving], service: str, method: str, path: str, wants_body: bool
) -> None:
    """403, whoever the visitor is and whatever the type says: nobody signs in, lists or pays."""
    serving = services[service]
    with nothing_changes(serving):
        for headers in FOREIGN:
            for content_type in (JSON[0], FORMS[2]):
                sent: Any = {**HOST, **serving.session, **headers, "Content-Type": content_type}
                response = serving.http.request(method, path, content=SOMEBODY_ELSE, headers=sent)
                check(response, 403)
                assert "set-cookie" not in response.headers


@each_unsafe_route
def test_a_form_is_no_request(
    services: dict[str, Serving], service: str, method: str, path: str, wants_body: bool
) -> None:
    """415 for a body that is not declared as JSON, before it is read and the session is asked."""
    serving = services[service]
    with nothing_changes(serving):
        for content_type in FORMS:
            sent = {"Content-Type": content_type} if content_type is not None else {}
            for body in (SOMEBODY_ELSE, iter([SOMEBODY_ELSE])):  # in one piece, and in chunks
                response = serving.http.request(method, path, content=body, headers=sent)
                check(response, 415)
                assert "set-cookie" not in response.headers


@each_unsafe_route
def test_our_own_pages_and_no_pages_pass(
    services: dict[str, Serving], service: str, method: str, path: str, wants_body: bool
) -> None:
    """Same origin, or neither header as from curl; JSON with parameters; no type without a body."""
    for headers in OURS:
        for content_type in JSON:
            sent = {**HOST, **headers, "Content-Type": content_type}
            response = services[service].http.request(method, path, content=b"{}", headers=sent)
            assert response.status_code not in (403, 415), (headers, content_type)
    bare = services[service].http.request(method, path)
    assert bare.status_code not in (403, 415)
    assert (bare.status_code == 400) == wants_body  # an empty body is none
