"""Buys a ticket through the front door, as two visitors would, and waits until it is sold.

    python purchase.py URL HOST

URL is how the ingress is reached, HOST the name it serves, e.g.
`python purchase.py https://127.0.0.1 ticketing.dev`. Needs nothing but Python.
"""

import json
import ssl
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

PATIENCE = 60.0  # seconds for news to travel from one service to the next


class PurchaseError(Exception):
    """The marketplace did not do what it is there for."""


class Visitor:
    """Somebody signed up, with the cookie of their session."""

    def __init__(self, url: str, host: str) -> None:
        self.url = url
        self.headers = {"Host": host, "Content-Type": "application/json"}
        # A development cluster's ingress signs its own certificate.
        tls = ssl.create_default_context()
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
        # Directly: Skaffold hands over the variables of whoever calls it, a proxy's among them.
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=tls)
        )
        account = {"email": f"{uuid.uuid4().hex}@example.com", "password": "verify-purchase"}
        self.call("POST", "/api/users/signup", account, expected=201)

    def call(
        self, method: str, path: str, body: object = None, expected: int = 200
    ) -> dict[str, Any]:
        """The answer's JSON; raises `PurchaseError` for any other status than the expected."""
        status, answer = self.attempt(method, path, body)
        if status != expected:
            raise PurchaseError(f"{method} {path}: {status} {answer}")
        return answer

    def attempt(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        data = None if body is None else json.dumps(body).encode()
        # S310: the URL is the operator's own.
        request = urllib.request.Request(  # noqa: S310
            self.url + path, data, self.headers, method=method
        )
        try:
            with self.opener.open(request, timeout=15) as answer:
                if cookie := answer.headers.get("Set-Cookie"):
                    self.headers["Cookie"] = cookie.partition(";")[0]
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, {"body": error.read().decode(errors="replace")}

    def until(
        self, method: str, path: str, body: object, done: Callable[[int, dict[str, Any]], bool]
    ) -> dict[str, Any]:
        """Ask again until the answer will do; raises `PurchaseError` when that takes too long."""
        deadline = time.monotonic() + PATIENCE
        while True:
            status, answer = self.attempt(method, path, body)
            if done(status, answer):
                return answer
            if time.monotonic() > deadline:
                raise PurchaseError(f"{method} {path} still says {status} {answer}")
            time.sleep(0.5)


def main(url: str, host: str) -> None:
    seller, buyer = Visitor(url, host), Visitor(url, host)
    ticket = seller.call("POST", "/api/tickets", {"title": "A check", "price": 12.5}, expected=201)

    # Orders learns of the ticket by an event, and so does payments of the order.
    order = buyer.until(
        "POST", "/api/orders", {"ticketId": ticket["id"]}, lambda status, _: status == 201
    )
    payment = {"orderId": order["id"], "token": "tok_visa"}
    buyer.until("POST", "/api/payments", payment, lambda status, _: status == 201)
    buyer.until(
        "GET",
        f"/api/orders/{order['id']}",
        None,
        lambda _, answer: answer.get("status") == "complete",
    )
    print(f"sold: ticket {ticket['id']} by order {order['id']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
