"""Sign-ins by the pages, behind an edge that tells a service nobody but who asked it."""

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from infra.tests.wired import wired
from ticketing_client.api import Api
from ticketing_client.app import create_app
from ticketing_client.config import ClientSettings
from ticketing_client.transport import Transport

LIMIT = 2
EDGE, CLIENT = "10.244.0.2", "10.244.0.9"
NAMED = {"TRUSTED_PROXIES": "10.244.0.0/16", "VISITOR_KEYS": "k" * 32}
FORM = {"email": "ann@test.com", "password": "password"}


class Edge:
    """As ingress-nginx does: X-Forwarded-For is who asked it, whatever they say of themselves."""

    def __init__(self, app: ASGIApp, *, appends: bool = False) -> None:
        self.app = app
        self.appends = appends

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, asked_by = b"x-forwarded-for", scope["client"][0].encode()
        headers = [each for each in scope["headers"] if each[0] != name or self.appends]
        headers.append((name, asked_by))
        await self.app({**scope, "client": (EDGE, 1), "headers": headers}, receive, send)


class Site:
    """The client's pages over auth's API, each behind the edge."""

    def __init__(self, auth: ASGIApp) -> None:
        self.auth = auth
        inside = httpx.ASGITransport(Edge(auth), client=(CLIENT, 1))
        settings = ClientSettings.from_environment({"API_URL": "http://edge", **NAMED})
        self.pages = create_app(settings, Api(Transport("http://edge", inside), settings))

    async def sign_in(self, address: str, **headers: str) -> int:
        """The status of the page, for a visitor of that address."""
        door = httpx.ASGITransport(Edge(self.pages), client=(address, 1))
        async with httpx.AsyncClient(transport=door, base_url="http://shop") as http:
            return (await http.post("/auth/signin", data=FORM, headers=headers)).status_code


@pytest.fixture
async def site() -> Site:
    return Site(await wired("auth", RATE_LIMIT_SIGNIN=str(LIMIT), **NAMED))


async def test_visitors_of_the_pages_do_not_share_their_tries(site: Site) -> None:
    """Each address has tries of its own, though one pod asks for all of them."""
    for number in range(LIMIT * 3):
        assert await site.sign_in(f"203.0.113.{number}") == 400

    for _ in range(LIMIT - 1):
        assert await site.sign_in("203.0.113.1") == 400
    assert await site.sign_in("203.0.113.1") == 429
    assert await site.sign_in("203.0.113.99") == 400


async def test_nobody_chooses_their_address(site: Site) -> None:
    """Not by a header of a proxy's or of ours, and not from a private network either."""
    statuses = [
        await site.sign_in(
            "10.0.0.5",
            **{"X-Forwarded-For": f"198.51.100.{n}", "X-Visitor": f"198.51.100.{n};1;x"},
        )
        for n in range(LIMIT + 1)
    ]

    assert statuses == [400] * LIMIT + [429]


async def test_an_edge_that_appends_makes_nobody_choose(site: Site) -> None:
    """The API itself, asked by someone in a private network who names other addresses."""
    door = httpx.ASGITransport(Edge(site.auth, appends=True), client=("10.0.0.5", 1))
    async with httpx.AsyncClient(transport=door, base_url="http://shop") as http:
        statuses = [
            (
                await http.post(
                    "/api/users/signin",
                    json=FORM,
                    headers={"X-Forwarded-For": f"198.51.100.{n}"},
                )
            ).status_code
            for n in range(LIMIT + 1)
        ]

    assert statuses == [400] * LIMIT + [429]
