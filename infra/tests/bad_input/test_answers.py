"""What every answer of every service carries, and to what else than GET its routes answer."""

import asyncio
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from infra.tests.bad_input.conftest import check
from infra.tests.bad_input.serving import Serving, serving_pages
from infra.tests.wired import WITH_API, wired
from ticketing_common.routing import Route

ID = "f" * 24
INSIDE = ("/healthz", "/readyz", "/openapi.json")
EDGES = [
    {"X-Forwarded-For": "203.0.113.1"},
    {"X-Forwarded-For": ""},
    {"X-Forwarded-Host": "ticketing.dev"},
    {"Forwarded": "for=203.0.113.1"},
    {"Via": "1.1 edge"},
]


def _routes(service: str) -> list[tuple[str, str, str]]:
    routes: list[Route] = asyncio.run(wired(service)).short  # type: ignore[attr-defined]
    return [
        (service, method, re.sub(r"\{\w+\}", ID, route.path))
        for route in routes
        for method in sorted(route.methods or ())
    ]


ROUTES = [each for service in WITH_API for each in _routes(service)]
READ = [(service, path) for service, method, path in ROUTES if method == "GET"]


@pytest.fixture(scope="module")
def everything(services: dict[str, Serving]) -> Iterator[dict[str, Serving]]:
    with serving_pages(services["tickets"].url) as pages:
        yield {**services, "client": pages}


@pytest.mark.parametrize(("service", "method", "path"), ROUTES)
def test_no_answer_is_kept_or_guessed_at(
    services: dict[str, Serving], service: str, method: str, path: str
) -> None:
    """Success or refusal, nothing is stored by a cache or taken for another type."""
    serving = services[service]
    for headers in ({}, serving.session, {"Origin": "http://evil.test"}):
        bodies: list[object] = [{}, [], {"email": "ann@test.com", "password": "password"}]
        for body in bodies:
            response = serving.http.request(method, path, headers=headers, json=body)
            assert response.headers["cache-control"] == "no-store", response
            assert response.headers["x-content-type-options"] == "nosniff"


REFUSED = {
    404: b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
    400: b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    431: b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("status", REFUSED)
@pytest.mark.parametrize("service", [*WITH_API, "client"])
def test_no_refusal_is_kept_or_guessed_at(
    everything: dict[str, Serving], service: str, status: int
) -> None:
    """Nor what the server itself refuses."""
    address = urlsplit(everything[service].url)
    with socket.create_connection((address.hostname or "", address.port or 80), 10) as connection:
        connection.sendall(REFUSED[status])
        head = connection.recv(65536).lower()

    assert head.startswith(b"http/1.1 %d " % status)
    assert head.count(b"\r\ncache-control: no-store\r\n") == 1
    assert head.count(b"\r\nx-content-type-options: nosniff\r\n") == 1


@pytest.mark.parametrize(("service", "path"), READ)
def test_head_is_get_without_its_body(
    services: dict[str, Serving], service: str, path: str
) -> None:
    """The same status and headers, signed in or not, and not a byte more."""
    serving = services[service]
    for headers in ({}, serving.session):
        got = serving.http.get(path, headers=headers)
        head = serving.http.head(path, headers=headers)

        assert head.status_code == got.status_code
        assert head.content == b""
        for name in {*got.headers} - {"x-request-id", "date"}:
            assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(("service", "method", "path"), ROUTES)
def test_one_slash_at_the_end_is_not_missed(
    services: dict[str, Serving], service: str, method: str, path: str
) -> None:
    """Served as without it; two are another path."""
    serving = services[service]
    for headers in ({}, serving.session):
        plain, slash, two = (
            serving.http.request(method, path + end, headers=headers, json=[])
            for end in ("", "/", "//")
        )
        assert (slash.status_code, slash.content) == (plain.status_code, plain.content)
        check(two, 404)


@pytest.mark.parametrize("path", INSIDE)
@pytest.mark.parametrize("service", [*WITH_API, "client"])
def test_operators_paths_are_for_those_inside(
    everything: dict[str, Serving], service: str, path: str
) -> None:
    """What any proxy passed on finds nothing there; a probe, who asks directly, does."""
    http = everything[service].http

    assert http.get(path).status_code in (200, 503)  # not ready is an answer
    assert http.head(path).status_code == http.get(path).status_code
    for edge in EDGES:
        assert http.get(path, headers=edge).status_code == 404
    if service != "client":
        check(http.get(path, headers=EDGES[0]), 404)
