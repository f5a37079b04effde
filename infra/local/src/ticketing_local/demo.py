"""Two accounts and some tickets to look at, made as any visitor would: over the public API.

One is sold and one reserved, for as long as an order holds a ticket. They are bought only where no
real Stripe would hear of it.
"""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

PATIENCE = 10.0  # seconds for an answer, and for one service to hear another's news
PAUSE = 0.1  # seconds
_BAD_REQUEST, _NOT_FOUND = 400, 404


@dataclass(frozen=True, slots=True)
class Account:
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """Its event is so many days ahead, at that hour (UTC)."""

    title: str
    price: str
    days: int | None = None
    hour: int = 19
    venue: str | None = None

    def body(self) -> dict[str, str]:
        body = {"title": self.title, "price": self.price}
        if self.days is not None:
            day = datetime.now(UTC) + timedelta(days=self.days)
            starts = day.replace(hour=self.hour, minute=30, second=0, microsecond=0)
            body["startsAt"] = starts.isoformat().replace("+00:00", "Z")
        return body | ({"venue": self.venue} if self.venue else {})


SELLER = Account("seller@example.com", "seller-password")
BUYER = Account("buyer@example.com", "buyer-password")
SOLD, RESERVED = "Nils Frahm, row F", "Open-air cinema: Metropolis"
TICKETS = (
    Ticket("Lecture on fencing numbers", "7.50"),
    Ticket(SOLD, "64.50", 40, 20, "Royal Albert Hall, London"),
    Ticket("אגם הברבורים, שורה 3", "95.00", 33, 19, "המשכן לאמנויות הבמה"),
    Ticket(RESERVED, "14.00", 12, 21, "Castle courtyard"),
    Ticket("Jazz in the park", "19.99", 9, 18, "Bandstand, Hyde Park"),
    Ticket("Cup final, north stand", "80.00", 75, 15, "Wembley Stadium"),
    Ticket("The Tempest, front row", "45.00", 21, 19, "Globe Theatre, London"),
)


def make_demo(url: str, *, buys: bool) -> None:
    """Make what is missing of it. Raises OSError or ValueError if the API does not play along."""
    buyer, seller = _Visitor(url), _Visitor(url)
    buyer.enter(BUYER)
    seller.enter(SELLER)
    seller.sell()
    if buys:
        buyer.buy({ticket["title"]: ticket["id"] for ticket in seller.tickets()})


class _Visitor:
    """Someone with a browser: the session cookie is kept."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor())

    def enter(self, account: Account) -> None:
        """Sign in, or up the first time."""
        body = {"email": account.email, "password": account.password}
        try:
            self._call("POST", "/api/users/signin", body)
        except HTTPError as error:
            if error.code != _BAD_REQUEST:
                raise
            self._call("POST", "/api/users/signup", body)

    def tickets(self) -> list[dict[str, Any]]:
        mine: list[dict[str, Any]] = self._call("GET", "/api/tickets/mine")
        return mine

    def sell(self) -> None:
        """List the tickets, unless as many are there: renamed and sold ones stay as they are."""
        mine = self.tickets()
        if len(mine) >= len(TICKETS):
            return
        titles = {ticket["title"] for ticket in mine}
        for ticket in TICKETS:
            if ticket.title not in titles:
                self._call("POST", "/api/tickets", ticket.body())

    def buy(self, ids: dict[str, str]) -> None:
        """Buy one ticket and reserve another, unless there was an order before."""
        if self._call("GET", "/api/orders"):
            return
        if SOLD in ids:
            order = self._once_heard_of("/api/orders", {"ticketId": ids[SOLD]})
            self._once_heard_of("/api/payments", {"orderId": order["id"], "token": "tok_visa"})
        if RESERVED in ids:
            self._once_heard_of("/api/orders", {"ticketId": ids[RESERVED]})

    def _once_heard_of(self, path: str, body: object) -> Any:
        """Send it again while the service has not heard of what it is about."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._call("POST", path, body)
            except HTTPError as error:
                if error.code != _NOT_FOUND or time.monotonic() > deadline:
                    raise
            time.sleep(PAUSE)

    def _call(self, method: str, path: str, body: object = None) -> Any:
        request = Request(  # noqa: S310 - the gateway's address, always http
            self._url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with self._opener.open(request, timeout=PATIENCE) as answer:
            return json.load(answer)
