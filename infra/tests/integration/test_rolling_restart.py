"""Every replica of every service is stopped under load, while the other one serves."""

import asyncio
import itertools
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from ticketing_local.harness import Stack, running_stack, until

SERVICES = ("auth", "tickets", "orders", "payments", "client")
SHOPPERS = 12
STOP_BOUND = 30.0  # seconds


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two replicas of each service behind the gateway."""
    data: Path = tmp_path_factory.mktemp("replicated")
    options = ["--replicas", "2"]
    with running_stack(data, options=options, SCRYPT_N="1024", SCRYPT_P="1") as stack:
        yield stack


class Shopper:
    """Sells, orders and pays without a pause, and writes down every answer."""

    def __init__(self, url: str) -> None:
        self.http = httpx.AsyncClient(base_url=url, timeout=30)
        self.answers: Counter[str] = Counter()
        self.troubles: list[str] = []
        self.paid: list[str] = []
        self.ordered: list[str] = []

    async def shop(self, stop: asyncio.Event) -> None:
        body = {"email": f"{uuid4().hex}@test.com", "password": "password"}
        await self.ask("POST", "/api/users/signup", json=body)
        for number in itertools.count():
            if stop.is_set():
                return
            await self.purchase(stop)
            if number % 4 == 0:
                await self.ask("POST", "/api/users/signin", json=body)
                await self.ask("GET", "/orders")

    async def purchase(self, stop: asyncio.Event) -> None:
        ticket = await self.ask("POST", "/api/tickets", json={"title": "Concert", "price": 20})
        order = await self.known("/api/orders", {"ticketId": ticket.json()["id"]})
        id = order.json()["id"]
        self.ordered.append(id)
        await self.known("/api/payments", {"orderId": id, "token": "tok_visa"})
        self.paid.append(id)

    async def known(self, path: str, json: Any) -> httpx.Response:
        """Post as soon as the service has heard of what it is about."""
        while True:
            answer = await self.ask("POST", path, json=json)
            if answer.status_code != 404:
                return answer
            await asyncio.sleep(0.02)

    async def ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        answer = await self.http.request(method, path, **content)
        self.answers[f"{answer.status_code}"] += 1
        if answer.status_code >= 500:
            self.troubles.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer


async def test_a_rolling_restart_loses_nothing(replicated: Stack) -> None:
    """No request fails, none that was accepted is lost, and everyone stops in time."""
    shoppers = [Shopper(replicated.url) for _ in range(SHOPPERS)]
    stop = asyncio.Event()
    shopping = [asyncio.create_task(shopper.shop(stop)) for shopper in shoppers]
    try:
        await _until_sales(shoppers, SHOPPERS)

        for names in (
            [f"{service}-1" for service in SERVICES],
            ["expiration"],
            [f"{service}-2" for service in SERVICES],
        ):
            took = await asyncio.to_thread(_restart, replicated, names)
            assert max(took.values()) < STOP_BOUND, took
            await _until_sales(shoppers, sum(len(s.paid) for s in shoppers) + SHOPPERS)
    finally:
        stop.set()
        done = await asyncio.gather(*shopping, return_exceptions=True)

    troubles = [trouble for shopper in shoppers for trouble in shopper.troubles]
    assert not troubles, (len(troubles), troubles[:5])
    assert done == [None] * SHOPPERS
    for shopper in shoppers:
        await asyncio.to_thread(_all_complete, shopper)
        await shopper.http.aclose()


def _restart(stack: Stack, names: list[str]) -> dict[str, float]:
    """SIGTERM all of them; return how long each took to end, once all are ready again."""
    before = stack.processes()
    started = time.monotonic()
    took: dict[str, float] = {}
    for name in names:
        stack.signal(name, signal.SIGTERM)

    def all_ended() -> bool:
        for name, process in stack.processes().items():
            if name in names and name not in took and process["pid"] != before[name]["pid"]:
                took[name] = time.monotonic() - started
        return len(took) == len(names)

    until(all_ended, 2 * STOP_BOUND)
    stack.await_ready()
    return took


async def _until_sales(shoppers: list[Shopper], count: int) -> None:
    deadline = time.monotonic() + 60
    while sum(len(shopper.paid) for shopper in shoppers) < count:
        assert time.monotonic() < deadline, [s.troubles[-1:] for s in shoppers]
        await asyncio.sleep(0.05)


def _all_complete(shopper: Shopper) -> None:
    """Every order that was accepted is there, and everything paid for completes."""
    http = httpx.Client(base_url=shopper.http.base_url, cookies=shopper.http.cookies, timeout=30)

    def complete() -> bool:
        orders = {order["id"]: order["status"] for order in http.get("/api/orders").json()}
        assert set(shopper.ordered) <= set(orders)
        return all(orders[id] == "complete" for id in shopper.paid)

    with http:
        until(complete)
