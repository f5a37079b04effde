"""The client alone, with nothing behind it that answers."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser

from infra.tests.e2e.conftest import windows
from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.stack import free_port
from infra.tests.e2e.visitor import Visitor

SLACK = 2.0  # seconds for browser and client on a busy machine


@pytest.fixture(scope="module")
def lonely_client() -> Iterator[str]:
    """A client whose API takes every call and answers none; its address."""
    deaf = socket.create_server(("127.0.0.1", 0), backlog=100)
    port, api = free_port(), f"http://127.0.0.1:{deaf.getsockname()[1]}"
    own = {"HOST": "127.0.0.1", "PORT": str(port), "API_URL": api}
    process = subprocess.Popen(
        [sys.executable, "-m", "ticketing_client"],
        env={**os.environ, **own},
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while not _answers(url):
            assert process.poll() is None, "the client did not start"
            assert time.monotonic() < deadline, "the client did not start in time"
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)
        deaf.close()


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
    began = time.monotonic()
    visitor.open(path)

    visitor.sees(text)
    assert time.monotonic() - began < 2 + SLACK
    visitor.header("Sell Tickets")
    visitor.page.go_back()
    inspector.look(visitor.page, f"away-{request.node.callspec.id}")


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False
