"""Doing to the stack what the schedule says, and taking all of it back at the end."""

import asyncio
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from typing import Any

from pymongo.errors import PyMongoError

from infra.tests.chaos.broker import STREAM, UNREACHABLE, jetstream
from infra.tests.chaos.dashboard import Dashboard, StripeControl
from infra.tests.chaos.data import back_up, wipe
from infra.tests.chaos.members import ReplicaSet
from infra.tests.chaos.plan import members
from infra.tests.chaos.proxy import Mode
from infra.tests.chaos.put_back import database_of, put_back
from infra.tests.chaos.schedule import Fault
from infra.tests.chaos.stack import ChaosStack

AWAY = 4.0  # seconds, more than an election takes
LASTING = ("latency", "slow_response", "webhook_late", "webhook_reordered")
WIPED = {"expiration-redis": "redis", "nats": "nats"}  # folders


class Faults:
    """`say` is told each fault as it strikes."""

    def __init__(self, stack: ChaosStack, seed: int, say: Any) -> None:
        self.stack = stack
        self.done: Counter[str] = Counter()
        self._repair = asyncio.Lock()
        self._seed = seed
        self._say = say
        self._paused: set[int] = set()
        self._set = ReplicaSet(stack)
        self._stripe_control = StripeControl(stack)
        self._dashboard = Dashboard(self._stripe_control, seed)

    async def run(self, faults: list[Fault]) -> None:
        """Strike each at its time; return once the last one is over."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for fault in faults:
                await asyncio.sleep(max(0.0, began + fault.at - time.monotonic()))
                group.create_task(self.strike(fault))

    async def strike(self, fault: Fault) -> None:
        if fault.kind == "put back":
            async with self._repair:
                self._begin(fault)
                await put_back(self.stack, fault.target)
            return
        async with self._repair:  # nothing else strikes meanwhile
            self._begin(fault)
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
            case "dashboard":
                await self._dashboard.act(fault.target)
            case "wipe":
                await asyncio.to_thread(wipe, self.stack, fault.target, WIPED[fault.target])
            case "back up":
                await asyncio.to_thread(back_up, self.stack, *database_of(self.stack, fault.target))
            case "lose consumer":
                await self._lose_consumer(fault.target)
            case "failover":
                await self._failover(fault.seconds)
            case "swap versions":
                await self.stack.swap_versions(fault.target)
            case "step down":
                await asyncio.to_thread(self._step_down)
            case _:
                raise ValueError(fault.kind)

    def _begin(self, fault: Fault) -> None:
        self._say(str(fault))
        self.done[fault.kind] += 1

    async def heal(self) -> None:
        """Take back what still lasts and wait until every process is ready."""
        for pid in list(self._paused):
            self.stack.send_to(pid, signal.SIGCONT)
        self._paused.clear()
        for proxy in self.stack.proxies.values():
            proxy.set(Mode.PASS)
        await self._resume_replication()
        await self.stack.until_ready()
        await self._resume_replication()  # of those that did not answer before
        await self._stripe_control.ask("DELETE", "/faults")

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
        if fault.target in LASTING:
            body["seconds"] = random.Random(f"{self._seed} {fault}").uniform(0.2, 1.5)
        added = await self._stripe_control.ask("POST", "/faults", body)
        await asyncio.sleep(fault.seconds)
        for each in added or []:
            await self._stripe_control.ask("DELETE", f"/faults/{each['id']}")

    async def _lose_consumer(self, name: str) -> None:
        with suppress(*UNREACHABLE):
            async with jetstream(self.stack, timeout=1) as broker:
                await broker.delete_consumer(STREAM, name)

    async def _failover(self, seconds: float) -> None:
        """Kill the primary when what it wrote in the last seconds is on no other member.

        It comes back only after the others have elected one of themselves, and has to roll back.
        """
        primary, *others = await asyncio.to_thread(self._primary_first)
        stopped = [asyncio.to_thread(self._set.stop_replication, name) for name in others]
        await asyncio.gather(*stopped, return_exceptions=True)  # one may be dead just now
        await asyncio.sleep(seconds)
        held = await self.stack.kill_and_hold(primary)
        self._paused.add(held)
        await self._resume_replication()
        await asyncio.sleep(AWAY)
        self.stack.send_to(held, signal.SIGCONT)
        self._paused.discard(held)

    async def _resume_replication(self) -> None:
        resumed = [asyncio.to_thread(self._set.resume_replication, name) for name in members()]
        await asyncio.gather(*resumed, return_exceptions=True)  # one may be dead just now

    def _primary_first(self) -> list[str]:
        primary = self._set.primary() or members()[0]
        return sorted(members(), key=lambda name: name != primary)

    def _step_down(self) -> None:
        with suppress(PyMongoError):
            self._set.step_down(self._primary_first()[0])
