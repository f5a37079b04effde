"""A gentle load: people who list, order, pay, and do not always end what they began."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from threading import Event, Thread

import httpx

from infra.tests.integration.visitor import Visitor
from ticketing_local.harness import Stack

INTERVAL = 2.0  # seconds from one purchase to the next
SHOPPERS = 4  # at once; each begins a purchase every `SHOPPERS * INTERVAL` seconds
NEWS = 20.0  # seconds in which a shopper asks again for what a service has not heard of yet
RETRY = 0.5  # seconds
DECLINED = "tok_chargeDeclined"
ENDS = ("paid", "cancelled", "paid", "declined", "paid", "left", "paid", "paid", "paid")
PATIENCE = 60.0  # seconds for the shoppers' last requests


class _Shopper:
    """Sells to themselves, as one seller and one buyer; `done` counts what came of it."""

    def __init__(self, stack: Stack, stop: Event, done: Counter[str], ends: Iterator[str]) -> None:
        self._seller, self._buyer = Visitor.sign_up(stack), Visitor.sign_up(stack)
        self._stop, self._done, self._ends = stop, done, ends

    def live(self, delay: float) -> None:
        """Until told to stop; the first purchase begins after so many seconds."""
        due = time.monotonic() + delay
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due = max(due + SHOPPERS * INTERVAL, time.monotonic())
            try:
                self._done[self._purchase(next(self._ends))] += 1
            except httpx.HTTPError as error:
                self._done[type(error).__name__] += 1

    def close(self) -> None:
        self._seller.http.close()
        self._buyer.http.close()

    def _purchase(self, end: str) -> str:
        """List, order and pay; the result is `end`, or what was answered in its stead."""
        listing = {"title": "A concert", "price": 19.99}
        listed = self._seller.http.post("/api/tickets", json=listing)
        if listed.status_code != 201:
            return f"listing: {listed.status_code}"
        ticket = listed.json()["id"]
        ordered = self._once_heard(lambda: self._buyer.try_to_order(ticket))
        if ordered.status_code != 201:
            return f"order: {ordered.status_code}"
        return self._end(str(ordered.json()["id"]), end)

    def _end(self, order: str, end: str) -> str:
        if end == "left":
            return end  # until it expires
        if end == "cancelled":
            gone = self._buyer.http.delete(f"/api/orders/{order}")
            return end if gone.status_code == 204 else f"cancel: {gone.status_code}"
        if end == "declined":
            self._once_heard(lambda: self._buyer.try_to_pay(order, DECLINED))
        paid = self._once_heard(lambda: self._buyer.try_to_pay(order))
        return end if paid.status_code == 201 else f"payment: {paid.status_code}"

    def _once_heard(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        deadline = time.monotonic() + NEWS
        while (response := ask()).status_code == 404 and time.monotonic() < deadline:
            if self._stop.wait(RETRY):
                break
        return response


@contextmanager
def load(stack: Stack) -> Iterator[Counter[str]]:
    """Purchases for as long as the block lasts; counted by how each ended."""
    stop, done, ends = Event(), Counter[str](), cycle(ENDS)
    shoppers = [_Shopper(stack, stop, done, ends) for _ in range(SHOPPERS)]
    threads = [
        Thread(target=shopper.live, args=[number * INTERVAL], daemon=True)
        for number, shopper in enumerate(shoppers)
    ]
    try:
        for thread in threads:
            thread.start()
        yield done
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)
        for shopper in shoppers:
            shopper.close()
