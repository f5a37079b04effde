"""Doing to the stack what the schedule says, and taking all of it back at the end."""

import asyncio
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import httpx
import nats
from nats.errors import Error as NatsError
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from infra.tests.chaos.plan import members
from infra.tests.chaos.proxy import Mode
from infra.tests.chaos.schedule import Fault
from infra.tests.chaos.stack import ChaosStack

WIPED = {"expiration-redis": "redis", "nats": "nats"}  # folders


class Faults:
    """`say` is told each fault as it strikes."""

    def __init__(self, stack: ChaosStack, seed: int, say: Any) -> None:
        self.stack = stack
        self.done: Counter[str] = Counter()
        self._seed = seed
        self._say = say
        self._paused: set[int] = set()

    async def run(self, faults: list[Fault]) -> None:
        """Strike each at its time; return once the last one is over."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for fault in faults:
                await asyncio.sleep(max(0.0, began + fault.at - time.monotonic()))
                group.create_task(self.strike(fault))

    async def strike(self, fault: Fault) -> None:
        self._say(str(fault))
        self.done[fault.kind] += 1
        match fault.kind:
            case "kill":
                self.stack.send(fault.target, signal.SIGKILL)
            case "pause":
                await self._pause([fault.target], fault.seconds)
            case "stall" | "cut":
                proxy = self.stack.proxies[fault.target]
                proxy.set(Mode(fault.kind))
                await asyncio.sleep(fault.seconds)
                proxy.set(Mode.PASS)
            case "stripe":
                await self._stripe(fault)
            case "wipe":
                await asyncio.to_thread(self.stack.wipe, fault.target, WIPED[fault.target])
            case "lose consumer":
                await self._lose_consumer(fault.target)
            case "failover":
                await self._failover(fault.seconds)
            case "step down":
                await asyncio.to_thread(self._step_down)
            case _:
                raise ValueError(fault.kind)

    async def heal(self) -> None:
        """Take back what still lasts and wait until every process is ready."""
        for pid in list(self._paused):
            self.stack.send_to(pid, signal.SIGCONT)
        self._paused.clear()
        for proxy in self.stack.proxies.values():
            proxy.set(Mode.PASS)
        await self.stack.until_ready()
        await self._control("DELETE", "/faults")

    async def _pause(self, names: list[str], seconds: float) -> None:
        pids = [pid for name in names if (pid := self.stack.send(name, signal.SIGSTOP))]
        self._paused.update(pids)
        await asyncio.sleep(seconds)
        for pid in pids:
            self.stack.send_to(pid, signal.SIGCONT)
            self._paused.discard(pid)

    async def _stripe(self, fault: Fault) -> None:
        hang = fault.target == "hang"
        body: dict[str, Any] = {
            "kind": "lost_response" if hang else fault.target,
            "hang": hang,
            "probability": 0.6,
            "seed": self._seed,
        }
        if fault.target in ("latency", "slow_response"):
            body["seconds"] = random.Random(f"{self._seed} {fault}").uniform(0.2, 1.5)
        added = await self._control("POST", "/faults", body)
        await asyncio.sleep(fault.seconds)
        for each in added or []:
            await self._control("DELETE", f"/faults/{each['id']}")

    async def _control(self, method: str, path: str, body: Any = None) -> Any:
        """The fake's control API; None where it is down or paused just now."""
        url = f"http://127.0.0.1:{self.stack.port('stripe')}/_fake{path}"
        with suppress(httpx.HTTPError):
            async with httpx.AsyncClient(timeout=5) as http:
                return (await http.request(method, url, json=body)).json()
        return None

    async def _lose_consumer(self, name: str) -> None:
        with suppress(NatsError, TimeoutError, OSError):
            client = await nats.connect(
                f"nats://127.0.0.1:{self.stack.port('nats')}", connect_timeout=1
            )
            try:
                await client.jetstream(timeout=1).delete_consumer("ticketing", name)
            finally:
                await client.close()

    async def _failover(self, seconds: float) -> None:
        """Kill the primary when what it wrote last is on no other member."""
        primary = await asyncio.to_thread(self._primary)
        if primary is None:
            return
        others = [name for name in members() if name != primary]
        pausing = asyncio.create_task(self._pause(others, seconds))
        await asyncio.sleep(seconds * 0.9)
        self.stack.send(primary, signal.SIGKILL)
        await pausing

    def _step_down(self) -> None:
        primary = self._primary()
        if primary is not None:
            with suppress(PyMongoError):
                self._admin(primary, {"replSetStepDown": 5, "secondaryCatchUpPeriodSecs": 1})

    def _primary(self) -> str | None:
        for name in members():
            with suppress(PyMongoError):
                if self._admin(name, {"hello": 1})["isWritablePrimary"]:
                    return name
        return None

    def _admin(self, member: str, command: dict[str, Any]) -> dict[str, Any]:
        client: MongoClient[Any] = MongoClient(
            "127.0.0.1", self.stack.port(member), directConnection=True, timeoutMS=1000
        )
        with client:
            return dict(client.admin.command(command))
