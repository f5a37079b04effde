"""A user of the marketplace, who knows nothing but the public API."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx

from ticketing_local.harness import Stack, until

JSON = dict[str, Any]
T = TypeVar("T")

AT_ONCE = 32  # windows


class Visitor:
    """Signed in; all requests go through the gateway."""

    def __init__(self, stack: Stack, http: httpx.Client, user: JSON) -> None:
        self.stack = stack
        self.http = http
        self.id: str = user["id"]

    @classmethod
    def sign_up(cls, stack: Stack) -> Self:
        http = httpx.Client(base_url=stack.url, timeout=30)
        body = {"email": f"{uuid4().hex}@test.com", "password": "password"}
        response = http.post("/api/users/signup", json=body)
        assert response.status_code == 201, response.text
        return cls(stack, http, response.json())

    def sell(self, title: str = "A concert", price: float = 19.99) -> str:
        """List a ticket; return its id once it can be ordered."""
        response = self.http.post("/api/tickets", json={"title": title, "price": price})
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    def try_to_order(self, ticket: str) -> httpx.Response:
        return self.http.post("/api/orders", json={"ticketId": ticket})

    def order(self, ticket: str) -> str:
        """Order a ticket as soon as the orders service has heard of it; return the order's id."""
        responses: list[httpx.Response] = []

        def accepted() -> bool:
            responses.append(self.try_to_order(ticket))
            return responses[-1].status_code not in (404, 502, 503, 504)

        until(accepted)
        assert responses[-1].status_code == 201, responses[-1].text
        return str(responses[-1].json()["id"])

    def try_to_pay(self, order: str, token: str = "tok_visa") -> httpx.Response:
        return self.http.post("/api/payments", json={"orderId": order, "token": token})

    def pay(self, order: str) -> str:
        """Pay as soon as the payments service has heard of the order; return the payment's id."""
        responses: list[httpx.Response] = []

        def known() -> bool:
            responses.append(self.try_to_pay(order))
            return responses[-1].status_code != 404

        until(known)
        assert responses[-1].status_code == 201, responses[-1].text
        return str(responses[-1].json()["id"])

    def at_once(self, times: int, act: Callable[[Self], T]) -> list[T]:
        """What the same user gets in so many windows, each with a connection of its own: threads
        that shared httpx' would now and then close each other's."""

        def in_a_window(_: int) -> T:
            with httpx.Client(
                base_url=self.stack.url, cookies=self.http.cookies, timeout=30, verify=False
            ) as http:
                return act(type(self)(self.stack, http, {"id": self.id}))

        with ThreadPoolExecutor(min(times, AT_ONCE)) as pool:
            return list(pool.map(in_a_window, range(times)))

    def get(self, path: str) -> JSON:
        response = self.http.get(path)
        assert response.status_code == 200, response.text
        found: JSON = response.json()
        return found

    def await_status(self, order: str, status: str, bound: float = 120) -> None:
        def reached() -> bool:
            response = self.http.get(f"/api/orders/{order}")
            return response.status_code == 200 and response.json()["status"] == status

        until(reached, bound)

    def await_ticket(self, ticket: str, order: str | None, bound: float = 120) -> None:
        """Until the tickets service says that this order, or none, holds the ticket."""

        def held() -> bool:
            response = self.http.get(f"/api/tickets/{ticket}")
            return response.status_code == 200 and response.json()["orderId"] == order

        until(held, bound)


def account(stack: Stack, order: str) -> JSON:
    """What the Stripe fake has of an order: counts and cents of charges, declines and refunds."""
    ledger = httpx.get(f"{stack.url_of('stripe')}/_fake/ledger").json()
    found: JSON = ledger["orders"].get(order, {"charges": 0, "charged": 0, "refunded": 0})
    return found
