"""The real gateway before the real services: what can be reached through it, and how."""

import http.client
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from infra.tests.integration.visitor import Visitor
from ticketing_local.harness import Stack

SERVICES = ("auth", "tickets", "orders", "payments", "expiration", "client")
INSIDE = ("healthz", "readyz", "openapi.json", "metrics")


def _status(url: str, path: str) -> int:
    """Of exactly this path, which httpx would tidy up."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("name", INSIDE)
def test_operators_paths_are_on_no_edge(stack: Stack, name: str) -> None:
    """However it is written, while each service answers it to those inside."""
    prefixes = ["/", "//", "/./", "/x/../", "/api/", "/api/users/", "/api/tickets/../../", "/%2e/"]
    for path in [f"{prefix}{name}" for prefix in prefixes] + [f"/{name}/", f"/{name}?a=b"]:
        assert _status(stack.url, path) == 404, path
    assert _status(stack.url, f"/%{ord(name[0]):02x}{name[1:]}") == 404

    if name != "metrics":
        for service in SERVICES:
            assert httpx.get(f"{stack.url_of(service)}/{name}").status_code == 200, service


def test_answers_arrive_as_they_were_given(stack: Stack, buyer: Visitor) -> None:
    """HEAD without a body, one slash too many, and nothing for a cache, signed in or not."""
    got = buyer.http.get("/api/tickets")
    for path in ("/api/tickets", "/api/tickets/"):
        head = buyer.http.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == got.headers["content-length"]
    for answer in (got, buyer.http.get("/api/tickets/none"), httpx.get(f"{stack.url}/api/orders")):
        assert answer.headers.get_list("cache-control") == ["no-store"]
        assert answer.headers.get_list("x-content-type-options") == ["nosniff"]


@pytest.mark.parametrize("letter", ["a", "ש", "漢", "🎷"])
def test_what_was_typed_passes_through_signing_in(stack: Stack, letter: str) -> None:
    """The longest title and venue of any script, in each redirect and in what asks for them."""
    typed = {"title": letter * 200, "price": "20", "venue": letter * 200}
    account = {"email": f"{uuid4().hex}@test.com", "password": "password"}
    with httpx.Client(base_url=stack.url, timeout=30, follow_redirects=True) as http:
        asked = http.post("/tickets/new", data=typed)
        assert (asked.status_code, asked.url.path) == (200, "/auth/signin")

        form = http.post("/auth/signup", data=account | {"next": asked.url.params["next"]})

        assert (form.status_code, form.url.path) == (200, "/tickets/new")
        assert form.text.count(f'value="{letter * 200}"') == 2


def test_a_long_way_back_costs_no_session(stack: Stack) -> None:
    """Whoever signs up or in is, wherever they were to go on."""
    for length in (3400, 5999, 100_000):
        account = {"email": f"{uuid4().hex}@test.com", "password": "password"}

        answer = httpx.post(
            f"{stack.url}/auth/signup", data=account | {"next": f"/{'a' * length}"}, timeout=30
        )

        assert (answer.status_code, "session" in answer.cookies) == (303, True), length


def test_a_foreign_page_is_refused_behind_the_gateway(stack: Stack, buyer: Visitor) -> None:
    """By the host that the visitor asked for, and our own pages pass."""
    body = {"title": "A concert", "price": 20}
    host = urlsplit(stack.url).netloc
    for origin, status in ((f"http://{host}", 201), ("http://evil.test", 403), ("null", 403)):
        answer = buyer.http.post("/api/tickets", json=body, headers={"Origin": origin})
        assert answer.status_code == status, origin
