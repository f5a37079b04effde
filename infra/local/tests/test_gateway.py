"""The gateway: a real NGINX in front of small services."""

import asyncio
import http.client
import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.local.tests.site import Site
from ticketing_local.certificate import certificate
from ticketing_local.data.ports import LOOPBACK
from ticketing_local.servers import error_pages
from ticketing_local.servers.nginx_config import Gateway


@pytest.fixture
async def site(gateway: Gateway, serve: Callable[[Gateway], Awaitable[None]]) -> Site:
    await serve(gateway)
    return Site(gateway)


async def test_requests_go_where_the_ingress_sends_them(site: Site) -> None:
    """By whole elements of the path, which arrives as it was sent."""
    expected = {
        "/api/users/currentuser": "auth",
        "/api/tickets": "tickets",
        "/api/tickets/": "tickets",
        "/api/tickets/1?a=b%20c": "tickets",
        "/api/orders/1": "orders",
        "/api/payments": "payments",
        "/": "client",
        "/tickets/1": "client",
        "/api/ticketsmith": "client",
        "/api": "client",
    }

    echoed = [await site.echo(path) for path in expected]

    assert {each["path"]: each["service"] for each in echoed} == expected


async def test_a_service_learns_who_asked(site: Site) -> None:
    """The visitor's host, address and protocol, which a visitor can't make up."""
    forged = {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https", "Host": "ticketing.dev"}

    headers = (await site.echo("/api/tickets", headers=forged))["headers"]

    assert headers["host"] == "ticketing.dev"
    assert headers["x-forwarded-for"] == LOOPBACK
    assert headers["x-forwarded-proto"] == "http"
    assert "connection" not in headers


async def test_the_client_speaks_for_a_visitor(site: Site) -> None:
    """On its own port its word about the visitor passes, and there is only the API. The address
    it says without a signature is not believed: everybody on this machine could say it."""
    inside = site.gateway.inside
    said = {"X-Visitor": "1.2.3.4;1;signature", "X-Forwarded-Proto": "https"}
    unsigned = {"X-Forwarded-For": "1.2.3.4"}

    passed_on = (await site.echo("/api/users/signin", port=inside, headers=said | unsigned))[
        "headers"
    ]
    alone = (await site.echo("/api/users/signin", port=inside))["headers"]
    answer, _ = await site.ask("/", port=inside)

    assert {name.lower(): value for name, value in said.items()}.items() <= passed_on.items()
    assert passed_on["x-forwarded-for"] == LOOPBACK
    assert (alone["x-forwarded-for"], alone["x-forwarded-proto"]) == (LOOPBACK, "http")
    assert answer.status == 404


async def test_a_request_without_an_id_gets_one(site: Site) -> None:
    """What is no id is replaced by one."""
    for sent in ("", "short", "has spaces in it", "x" * 200, 'quo"te-quote'):
        headers = (await site.echo("/api/tickets", headers={"X-Request-ID": sent}))["headers"]

        assert len(headers["x-request-id"]) == 32, sent


async def test_a_request_keeps_its_id(site: Site) -> None:
    """So it can be followed from before the gateway on."""
    sent = {"X-Request-ID": "trace-0123.4_5"}

    assert (await site.echo("/api/tickets", headers=sent))["headers"]["x-request-id"] == (
        "trace-0123.4_5"
    )


async def test_a_service_that_is_away_is_a_502(
    site: Site, services: dict[str, ThreadingHTTPServer]
) -> None:
    """In the API's own form of errors, with the request's id, and in a page's for a page."""
    for name in ("tickets", "client"):
        services[name].shutdown()
        services[name].server_close()

    api, body = await site.ask("/api/tickets", headers={"X-Request-ID": "trace-0001"})
    page, text = await site.ask("/tickets/new")

    assert (api.status, api.headers["content-type"]) == (502, "application/json")
    assert json.loads(body) == {
        "errors": [{"message": "The service can't be reached at the moment, please try again"}]
    }
    assert api.headers["x-request-id"] == "trace-0001"
    assert (page.status, page.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert text.decode() == error_pages.page(502)
    assert "can't be reached" in text.decode()
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


async def test_an_answers_head_may_be_long(site: Site) -> None:
    """A redirect takes along what was typed: once NGINX made a 502 of more than 4 KB."""
    for path, port in (("/tickets/new", site.gateway.port), ("/api/tickets", site.gateway.inside)):
        answer, body = await site.ask(path, port=port, headers={"X-Filler": "12000"})

        assert answer.status == 200
        assert len(answer.headers["x-filler"]) == 12000
        assert json.loads(body)["path"] == path


async def test_a_body_of_more_than_a_megabyte_is_a_413(site: Site) -> None:
    """Refused before any service reads it."""
    answer, body = await site.ask("/api/tickets", method="POST", body=b"x" * 1_100_000)

    assert answer.status == 413
    assert json.loads(body) == {"errors": [{"message": "The request is too large"}]}


@pytest.mark.parametrize(
    ("status", "message", "path", "headers"),
    [
        (400, "The request is not valid", "/%00", {}),
        (414, "The address is too long", f"?q={'x' * 9000}", {}),
        (431, "The request's headers are too large", "/", {"Cookie": "x" * 9000}),
    ],
)
async def test_what_nginx_can_t_read(
    site: Site, status: int, message: str, path: str, headers: dict[str, str]
) -> None:
    """It says so itself, to each in their own form, and passes nothing on."""
    api, body = await site.ask(f"/api/tickets{path}", headers=headers)
    page, text = await site.ask(f"/tickets{path}", headers=headers)

    assert (api.status, page.status) == (status, status)
    assert json.loads(body) == {"errors": [{"message": message}]}
    assert api.headers["content-type"].startswith("application/json")
    assert text.decode() == error_pages.page(status)
    assert page.headers["cache-control"] == "no-store"


async def test_nginx_does_not_tell_its_version(site: Site) -> None:
    """Nor anything else about itself."""
    answer, _ = await site.ask("/nothing", port=site.gateway.inside)

    assert answer.headers["server"] == "nginx"


async def test_over_https_services_are_told_so(
    gateway: Gateway, serve: Callable[[Gateway], Awaitable[None]], tmp_path: Path
) -> None:
    """Which makes the session cookie a secure one; plain http is shown the way."""
    await serve(replace(gateway, certificate=certificate(tmp_path, "ticketing.dev")))
    trust = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))

    def ask() -> dict[str, Any]:
        connection = http.client.HTTPSConnection(
            "localhost", gateway.port, timeout=10, context=trust
        )
        connection.request("GET", "/api/users/currentuser")
        echoed: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return echoed

    secure = await asyncio.to_thread(ask)
    plain, _ = await Site(gateway).ask("/tickets/new", headers={"Host": "ticketing.dev:1"})

    assert secure["headers"]["x-forwarded-proto"] == "https"
    assert plain.status == 307
    assert plain.headers["location"] == "https://ticketing.dev:1/tickets/new"
