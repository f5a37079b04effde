"""Load that goes on whatever is away, and remembers what it was promised."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from infra.tests.integration.visitor import Visitor
from ticketing_local.harness import Stack

AWAY = (404, 429, 500, 502, 503, 504)  # not there, or not heard of yet
TRIES = 100
PAUSE = 0.2  # seconds from one purchase to the next: others want the machine, too


@dataclass
class Promises:
    """By order: its ticket, and how it was said to end; `left` has been promised nothing."""

    tickets: dict[str, str] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)


class Shoppers:
    """A few sellers and buyers, each with a thread, drawn from a seed."""

    def __init__(self, stack: Stack, count: int, seed: int) -> None:
        self.promises = Promises()
        self._stop = threading.Event()
        self._random = random.Random(seed)
        seller = Visitor.sign_up(stack)
        self._threads = [
            threading.Thread(target=self._shop, args=(seller, Visitor.sign_up(stack)))
            for _ in range(count)
        ]

    @contextmanager
    def shopping(self) -> Iterator[Promises]:
        for thread in self._threads:
            thread.start()
        try:
            yield self.promises
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join(timeout=120)
        assert not any(thread.is_alive() for thread in self._threads)

    def _shop(self, seller: Visitor, buyer: Visitor) -> None:
        while not self._stop.wait(PAUSE):
            ticket = self._ask(seller, "POST", "/api/tickets", {"title": "A concert", "price": 20})
            if ticket is None:
                continue
            for _ in range(self._random.choice((1, 2))):  # given back, it is ordered again
                order = self._ask(buyer, "POST", "/api/orders", {"ticketId": ticket["id"]})
                if order is None:
                    break
                self.promises.tickets[order["id"]] = ticket["id"]
                if self._random.random() < 0.6:
                    body = {"orderId": order["id"], "token": "tok_visa"}
                    if self._ask(buyer, "POST", "/api/payments", body) is not None:
                        self.promises.paid.add(order["id"])
                    break
                if self._ask(buyer, "DELETE", f"/api/orders/{order['id']}") is not None:
                    self.promises.cancelled.add(order["id"])

    def _ask(
        self, visitor: Visitor, method: str, path: str, body: object = None
    ) -> dict[str, str] | None:
        """The answer once whoever is asked is there and has heard; None for a refusal."""
        for _ in range(TRIES):
            try:
                response = visitor.http.request(method, path, json=body)
            except httpx.TransportError:
                continue
            if response.is_success:
                found: dict[str, str] = response.json() if response.content else {}
                return found
            if response.status_code not in AWAY:
                return None
            self._stop.wait(0.1)
        return None
