"""With DATA set the ledger outlives the process, even one that was killed."""

import asyncio
import socket
import sqlite3
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.testing import stripe_fake

HEADERS = {"Authorization": "Bearer sk_test_fake"}
COMMAND = (sys.executable, "-m", "ticketing_stripe_fake")
START_SECONDS = 20.0


def paid(order: str) -> dict[str, str]:
    return {
        "amount": "1999",
        "currency": "usd",
        "automatic_payment_methods[enabled]": "true",
        "automatic_payment_methods[allow_redirects]": "never",
        "payment_method": "pm_card_visa",
        "confirm": "true",
        "metadata[order]": order,
    }


async def send(http: httpx.AsyncClient, key: str, order: str = "o1") -> httpx.Response:
    return await http.post(
        "/v1/payment_intents", data=paid(order), headers=HEADERS | {"Idempotency-Key": key}
    )


async def test_a_restart_keeps_objects_and_keys(tmp_path: Path) -> None:
    """The same key still replays, and the charge can be refunded, once."""
    data = tmp_path / "state" / "stripe.sqlite"
    async with stripe_fake(Fake(data)) as running, httpx.AsyncClient(base_url=running.url) as http:
        first = await send(http, "k")

    async with stripe_fake(Fake(data)) as running, httpx.AsyncClient(base_url=running.url) as http:
        again = await send(http, "k")
        refund = {"payment_intent": first.json()["id"]}
        refunds = [await http.post("/v1/refunds", data=refund, headers=HEADERS) for _ in range(2)]
        order = running.order("o1")

    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert [reply.status_code for reply in refunds] == [200, 400]
    assert (order["charges"], order["refunded"]) == (1, 1999)


async def test_forgotten_keys_stay_forgotten(tmp_path: Path) -> None:
    """Forgetting and resetting reach the file too."""
    data = tmp_path / "stripe.sqlite"
    async with stripe_fake(Fake(data)) as running, httpx.AsyncClient(base_url=running.url) as http:
        await send(http, "k")
        running.fake.keys.forget("k")

    fake = Fake(data)
    assert len(fake.keys) == 0
    fake.reset()
    fake.close()
    async with stripe_fake(Fake(data)) as running, httpx.AsyncClient(base_url=running.url) as http:
        charges = (await http.get("/v1/charges", headers=HEADERS)).json()["data"]
    assert charges == []


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """A second fake on the same file is refused instead of losing the first one's charges."""
    fake = Fake(tmp_path / "stripe.sqlite")

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        Fake(tmp_path / "stripe.sqlite", lock_seconds=0.1)

    fake.close()


@asynccontextmanager
async def process(data: Path) -> AsyncIterator[tuple[Process, str]]:
    """The fake as its own process, and its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {"HOST": "127.0.0.1", "PORT": str(port), "DATA": str(data)}
    started = await asyncio.create_subprocess_exec(*COMMAND, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        await ready(started, url)
        yield started, url
    finally:
        if started.returncode is None:
            started.terminate()
        await started.wait()


async def ready(started: Process, url: str) -> None:
    async with httpx.AsyncClient(verify=False) as http, asyncio.timeout(START_SECONDS):
        while started.returncode is None:
            try:
                await http.get(f"{url}/readyz")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return
    raise RuntimeError(f"the fake ended with {started.returncode}")


async def test_a_kill_loses_no_acknowledged_charge(tmp_path: Path) -> None:
    """kill -9 amid requests: what was answered is there, every charge whole, each key replays."""
    data = tmp_path / "stripe.sqlite"
    answered: dict[str, bytes] = {}

    async def buyer(name: int, url: str, victim: Process) -> None:
        async with httpx.AsyncClient(base_url=url, verify=False) as http:
            for count in range(10_000):
                order = f"{name}-{count}"
                answered[order] = (await send(http, order, order)).content
                if len(answered) == 200:
                    victim.kill()

    async with process(data) as (victim, url):
        buyers = (buyer(name, url, victim) for name in range(8))
        ends = await asyncio.gather(*buyers, return_exceptions=True)
    async with process(data) as (_, url), httpx.AsyncClient(base_url=url, verify=False) as http:
        orders = (await http.get("/_fake/ledger", params={"objects": "no"})).json()["orders"]
        replays = {order: (await send(http, order, order)).content for order in answered}

    assert all(isinstance(end, httpx.TransportError) for end in ends)
    assert len(answered) >= 200
    assert replays == answered
    assert all(orders[order]["charged"] == 1999 for order in answered)
    assert all(order["charges"] == 1 for order in orders.values())


async def test_the_server_stops_when_told(tmp_path: Path) -> None:
    """SIGTERM ends it within seconds though an answer hangs, which then is closed, not made up."""
    async with (
        process(tmp_path / "stripe.sqlite") as (server, url),
        httpx.AsyncClient(base_url=url, verify=False, timeout=30) as http,
    ):
        await http.post("/_fake/faults", json={"kind": "lost_response", "hang": True})
        hanging = asyncio.create_task(send(http, "k"))
        while not (await http.get("/_fake/requests")).json()["total"]:
            assert not hanging.done()

        server.terminate()
        async with asyncio.timeout(60):
            await server.wait()

        with pytest.raises(httpx.TransportError):
            await hanging


def test_settings_that_can_not_be_read_are_all_named() -> None:
    """The process says every mistake at once and ends."""
    environment = {"PORT": "abc", "LOG_LEVEL": "loud"}

    ended = subprocess.run(
        COMMAND,
        env=environment,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )

    assert ended.returncode == 1
    assert "PORT" in ended.stderr
    assert "LOG_LEVEL" in ended.stderr
