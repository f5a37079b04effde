"""Two accounts and some tickets to look at, made as any visitor would: over the public API."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

PATIENCE = 10.0  # seconds for an answer
_BAD_REQUEST = 400


@dataclass(frozen=True, slots=True)
class Account:
    email: str
    password: str


SELLER = Account("seller@example.com", "seller-password")
BUYER = Account("buyer@example.com", "buyer-password")
TICKETS = (
    ("Jazz in the park", "19.99"),
    ("The Tempest, front row", "45.00"),
    ("Cup final, north stand", "80.00"),
    ("Lecture on fencing numbers", "7.50"),
)


def make_demo(url: str) -> None:
    """Make what is missing of it. Raises OSError or ValueError if the API does not play along."""
    _Visitor(url).enter(BUYER)
    seller = _Visitor(url)
    seller.enter(SELLER)
    seller.sell()


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

    def sell(self) -> None:
        """List the tickets, unless as many are there: renamed and sold ones stay as they are."""
        mine = self._call("GET", "/api/tickets/mine")
        if len(mine) >= len(TICKETS):
            return
        titles = {ticket["title"] for ticket in mine}
        for title, price in TICKETS:
            if title not in titles:
                self._call("POST", "/api/tickets", {"title": title, "price": price})

    def _call(self, method: str, path: str, body: object = None) -> Any:
        request = Request(  # noqa: S310 - the gateway's address, always http
            self._url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with self._opener.open(request, timeout=PATIENCE) as answer:
            return json.load(answer)
