"""The client alone, with nothing behind it that answers."""

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from infra.tests.e2e.client import running_client
from infra.tests.e2e.conftest import windows
from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.visitor import Visitor

BOUND = 2.0  # seconds a page waits for the API
SLACK = 2.0  # and some for browser and client on a busy machine


@pytest.fixture(scope="module")
def lonely_client() -> Iterator[str]:
    """A client whose API takes every call and answers none; its address."""
    deaf = socket.create_server(("127.0.0.1", 0), backlog=100)
    with deaf, running_client(f"http://127.0.0.1:{deaf.getsockname()[1]}") as url:
        yield url


@pytest.fixture
def visitor(browser: Browser, lonely_client: str) -> Iterator[Visitor]:
    """Somebody who was signed in when everything still worked."""
    with windows(browser, lonely_client) as create:
        visitor = create()
        visitor.context.add_cookies([{"name": "session", "value": "e30=", "url": lonely_client}])
        yield visitor


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "Tickets can't be shown right now"),
        ("/orders", "Your orders can't be shown right now"),
        (f"/tickets/{'0' * 24}", "We are not getting an answer"),
    ],
    ids=["landing", "orders", "ticket"],
)
def test_says_so_in_time(
    visitor: Visitor, inspector: Inspector, path: str, text: str, request: pytest.FixtureRequest
) -> None:
    """A friendly, accessible page after the two seconds it waits, with a header that leads on."""
    response = visitor.page.goto(visitor.url + path)

    assert response
    assert response.request.timing["responseStart"] < (BOUND + SLACK) * 1000
    visitor.sees(text)
    visitor.header("Sell Tickets")
    visitor.page.go_back()
    inspector.look(visitor.page, f"away-{request.node.callspec.id}")
