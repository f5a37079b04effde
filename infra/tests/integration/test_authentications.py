"""Who confirms a payment with their bank in time has the ticket, whenever in the window that is."""

import asyncio
import os
import random
import statistics
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from infra.tests.integration.conftest import WINDOW
from infra.tests.integration.visitor import Visitor
from infra.tests.integration.webhooks import webhooks_by_order
from ticketing_local.harness import Stack

# Orders with webhooks and no page open, and as many without webhooks.
RUNS = int(os.environ.get("MOMENTS", "12"))
EARLIEST, LATEST = 50.0, 0.3  # seconds before the deadline
WITHIN = 5.0  # seconds from the bank's word to the complete order
FOLLOW = 2.0  # seconds between two looks of an open page
OFTEN = 0.1  # between two looks at an order by this test
FALSE = "You were not charged"


class Buyer:
    """One user with many orders at a time, over the gateway."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self.stripe = f"{stack.url_of('stripe')}/_fake/payment_intents"
        self.http = http

    async def ask_the_bank(self, ticket: str) -> tuple[str, str, datetime]:
        """Order and pay; the ids of order and intent, and until when the bank may be answered."""
        while (order := await self._post("/api/orders", ticketId=ticket)).status_code == 404:
            await asyncio.sleep(OFTEN)
        assert order.status_code == 201, order.text
        id, deadline = order.json()["id"], datetime.fromisoformat(order.json()["expiresAt"])
        paying = {"orderId": id, "token": "tok_threeDSecureRequired"}
        while (asked := await self._post("/api/payments", **paying)).status_code == 404:
            await asyncio.sleep(OFTEN)
        assert asked.status_code == 400, asked.text
        return id, asked.json()["clientSecret"].split("_secret_")[0], deadline

    async def confirm(self, intent: str) -> None:
        """What the buyer does at the bank."""
        url = f"{self.stripe}/{intent}/authentication"
        answer = await self.http.post(url, json={"outcome": "succeeded"})
        assert answer.json()["status"] == "succeeded", answer.text

    async def completes(self, order: str) -> None:
        """Asks the orders service, so that payments does not hear that somebody waits."""
        while (found := (await self.http.get(f"/api/orders/{order}")).json())["status"] in (
            "created",
            "awaiting:payment",
        ):
            await asyncio.sleep(OFTEN)
        assert found["status"] == "complete"

    async def page(self, order: str) -> str:
        answer = await self.http.get(f"/orders/{order}")
        assert answer.status_code == 200
        return answer.text

    async def _post(self, path: str, **body: str) -> httpx.Response:
        return await self.http.post(path, json=body)


async def buy(
    buyer: Buyer, ticket: str, before_end: float, heard: set[str] | None
) -> tuple[str, float]:
    """The order, and the seconds from the bank's word until it was complete.

    `heard` are the orders whose webhooks arrive; None for a buyer who has the page open instead.
    """
    order, intent, deadline = await buyer.ask_the_bank(ticket)
    if heard is not None:
        heard.add(order)
    charged = asyncio.Event()
    page = asyncio.create_task(_open_page(buyer, order, charged)) if heard is None else None
    confirming = deadline - timedelta(seconds=before_end)
    await asyncio.sleep((confirming - datetime.now(UTC)).total_seconds())
    await buyer.confirm(intent)
    charged.set()
    assert datetime.now(UTC) < deadline, "this machine was too slow to confirm in time"
    began = time.monotonic()
    await buyer.completes(order)
    took = time.monotonic() - began
    if page is not None:
        await page
    shown = await buyer.page(order)
    assert "The ticket is yours" in shown
    assert FALSE not in shown
    return order, took


async def _open_page(buyer: Buyer, order: str, charged: asyncio.Event) -> None:
    """It follows the order until it is complete, and says nothing false once it was charged."""
    shown = ""
    while "The ticket is yours" not in shown:
        before = not charged.is_set()
        shown = await buyer.page(order)
        assert before or FALSE not in shown, f"order {order}"
        await asyncio.sleep(FOLLOW)


async def _all(stack: Stack, seller: Visitor, buyer: Visitor) -> list[tuple[str, float]]:
    """Those with webhooks first."""
    dice = random.Random(17)
    moments = list(_moments(dice)) + list(_moments(dice))
    tickets = [await asyncio.to_thread(seller.sell) for _ in moments]
    async with httpx.AsyncClient(
        base_url=stack.url, cookies=buyer.http.cookies, timeout=30
    ) as http:
        with webhooks_by_order(stack) as relay:
            many = Buyer(stack, http)
            heard = [relay.orders] * RUNS + [None] * RUNS
            async with asyncio.TaskGroup() as group:
                runs = [
                    group.create_task(buy(many, *each))
                    for each in zip(tickets, moments, heard, strict=True)
                ]
            assert relay.delivered >= RUNS
    return [run.result() for run in runs]


def _moments(dice: random.Random) -> Iterable[float]:
    """Seconds before the deadline: a random one in each of as many equal parts of the window."""
    part = (EARLIEST - LATEST) / RUNS
    return (LATEST + part * (n + dice.random()) for n in range(RUNS))


def test_confirmed_at_any_second_of_the_window(
    stack: Stack, seller: Visitor, buyer: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    """Complete within 5 s and charged once, by webhook with no page open, and without webhooks by
    a page that follows; no page says "You were not charged" of it."""
    assert WINDOW > EARLIEST

    runs = asyncio.run(_all(stack, seller, buyer))

    with capsys.disabled():
        for how, some in (("by webhook", runs[:RUNS]), ("by looking", runs[RUNS:])):
            took = [seconds for _, seconds in some]
            print(f"\n{how}: {statistics.median(took):.2f} s, {max(took):.2f} s at most", end="")
    assert [run for run in runs if run[1] > WITHIN] == []
    accounts = httpx.get(f"{stack.url_of('stripe')}/_fake/ledger?objects=no").json()["orders"]
    assert {accounts[order]["charges"] for order, _ in runs} == {1}
