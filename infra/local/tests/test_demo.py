"""The demo data, made over HTTP."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError

import pytest

from ticketing_local.demo import BUYER, RESERVED, SELLER, SOLD, TICKETS, make_demo


class Marketplace(ThreadingHTTPServer):
    """As much of the API as the demo uses."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.passwords: dict[str, str] = {}
        self.tickets: list[dict[str, Any]] = []
        self.orders: list[dict[str, Any]] = []
        self.paid: list[str] = []
        self.deaf = 0  # requests for which one service has not heard of another's news
        self.broken = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def titles(self, email: str = SELLER.email) -> list[str]:
        return [ticket["title"] for ticket in self.tickets if ticket["by"] == email]


class Handler(BaseHTTPRequestHandler):
    server: Marketplace

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        email = body.get("email", "")
        if self.server.broken:
            self.answer(503, {})
        elif self.path == "/api/users/signin":
            known = self.server.passwords.get(email) == body["password"]
            self.answer(200 if known else 400, {}, email)
        elif self.path == "/api/users/signup":
            known = email in self.server.passwords
            self.server.passwords.setdefault(email, body["password"])
            self.answer(400 if known else 201, {}, email)
        elif self.path == "/api/tickets":
            self.server.tickets.append(body | {"by": self.user(), "id": body["title"]})
            self.answer(201, body)
        elif self.server.deaf:
            self.server.deaf -= 1
            self.answer(404, {})
        elif self.path == "/api/orders":
            order = {"id": f"order of {body['ticketId']}", **body, "by": self.user()}
            self.server.orders.append(order)
            self.answer(201, order)
        else:
            self.server.paid.append(body["orderId"])
            self.answer(201, {})

    def do_GET(self) -> None:
        of = self.server.orders if self.path == "/api/orders" else self.server.tickets
        self.answer(200, [each for each in of if each["by"] == self.user()])

    def user(self) -> str:
        return self.headers.get("cookie", "").removeprefix("session=")

    def answer(self, status: int, body: object, user: str = "") -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        if user:
            self.send_header("set-cookie", f"session={user}; path=/; httponly")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def marketplace() -> Iterator[Marketplace]:
    with Marketplace() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_first_start_makes_it_all(marketplace: Marketplace) -> None:
    """Both accounts, the seller's tickets, one of them sold and one reserved, once services have
    heard of one another."""
    marketplace.deaf = 2

    make_demo(marketplace.url, buys=True)

    assert marketplace.passwords == {a.email: a.password for a in (SELLER, BUYER)}
    assert marketplace.titles() == [ticket.title for ticket in TICKETS]
    assert marketplace.titles(BUYER.email) == []
    assert [order["ticketId"] for order in marketplace.orders] == [SOLD, RESERVED]
    assert marketplace.paid == [f"order of {SOLD}"]
    assert {order["by"] for order in marketplace.orders} == {BUYER.email}
    events = [ticket["startsAt"] for ticket in marketplace.tickets if "startsAt" in ticket]
    assert len(events) == len(TICKETS) - 1
    assert all(datetime.fromisoformat(each) > datetime.now(UTC) for each in events)


def test_nothing_is_bought_at_the_real_stripe(marketplace: Marketplace) -> None:
    """Where cards may be charged in earnest."""
    make_demo(marketplace.url, buys=False)

    assert (marketplace.orders, marketplace.paid) == ([], [])
    assert len(marketplace.tickets) == len(TICKETS)


def test_the_second_start_adds_nothing(marketplace: Marketplace) -> None:
    """Also when the seller renamed a ticket meanwhile."""
    make_demo(marketplace.url, buys=True)
    marketplace.tickets[0]["title"] = "Renamed"

    make_demo(marketplace.url, buys=True)

    assert len(marketplace.tickets) == len(TICKETS)
    assert len(marketplace.orders) == 2


def test_what_an_interrupted_start_left_out_is_added(marketplace: Marketplace) -> None:
    """Only the tickets that are missing."""
    make_demo(marketplace.url, buys=True)
    del marketplace.tickets[1]

    make_demo(marketplace.url, buys=True)

    assert sorted(marketplace.titles()) == sorted(ticket.title for ticket in TICKETS)


def test_an_api_that_does_not_answer_is_an_error(marketplace: Marketplace) -> None:
    """Not something to sign up for."""
    marketplace.broken = True

    with pytest.raises(HTTPError, match="503"):
        make_demo(marketplace.url, buys=True)


def test_passwords_are_allowed_ones() -> None:
    """4 to 20 characters."""
    assert all(4 <= len(account.password) <= 20 for account in (SELLER, BUYER))
