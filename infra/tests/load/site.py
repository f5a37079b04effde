"""A version of the marketplace that is running, with what the benchmark does behind its back."""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import nats
from pymongo import MongoClient

from infra.tests.load.processes import family, total_cpu, total_rss
from ticketing_common.session import Sessions
from ticketing_common.settings import SessionSettings
from ticketing_local.harness import Stack, running_stack
from ticketing_local.services import SERVICES

# All load comes from one address and few users: limits stay in the path, out of the way. Orders are
# not paid for, so there how many one may have is off.
UNLIMITED: dict[str, Any] = {
    "RATE_LIMIT_SIGNIN": "1000000",
    "RATE_LIMIT_SIGNIN_EMAIL": "1000000",
    "RATE_LIMIT_ORDERS": "1000000",
    "RATE_LIMIT_TICKETS": "1000000",
    "MAX_OPEN_ORDERS": "0",
}
STREAM = "ticketing"
STORES = ("mongo", "nats", "redis")


class Site:
    """The running stack of one version, under the name it is told apart by."""

    def __init__(self, name: str, stack: Stack) -> None:
        self.name = name
        self.stack = stack
        processes = stack.processes()
        self.ports = {name: int(process["port"]) for name, process in processes.items()}
        self.mongo = {
            service: MongoClient[dict[str, Any]](
                f"mongodb://127.0.0.1:{self.ports[f'{service}-mongo']}/?directConnection=true"
            )[service]
            for service in SERVICES
            if f"{service}-mongo" in self.ports
        }
        key = json.loads((stack.data / "secrets.json").read_text())["JWT_KEY"]
        self._sessions = Sessions(SessionSettings(JWT_KEY=key))
        self.pids = {name: family(process["pid"]) for name, process in processes.items()}
        self.nats_url = stack.nats_url
        self._jetstream: Any = None
        self._turns: dict[str, Iterator[int]] = {}

    def cookie(self, user_id: str) -> str:
        """A session's cookie without the cost of a sign-in."""
        return self._sessions.write(user_id, f"{user_id}@example.com")

    def port_of(self, service: str) -> int:
        """A replica's, each in its turn."""
        if service not in self._turns:
            replicas = [name for name in services_of(self.ports) if name.startswith(service)]
            self._turns[service] = cycle([self.ports[name] for name in replicas])
        return next(self._turns[service])

    def cpu(self) -> dict[str, int]:
        return total_cpu(self.pids)

    def rss(self) -> dict[str, float]:
        return total_rss(self.pids)

    async def quiet(self, bound: float = 60.0) -> float:
        """Return once no news waits anywhere: nothing in an outbox, nothing unacknowledged.

        The seconds it took; `TimeoutError` after the bound.
        """
        started = time.monotonic()
        calm = 0
        while calm < 2:
            calm = calm + 1 if await self._is_calm() else 0
            if time.monotonic() - started > bound:
                raise TimeoutError("the services do not come to rest")
            await asyncio.sleep(0.05)
        return time.monotonic() - started

    async def jetstream(self) -> Any:
        if self._jetstream is None:
            self._jetstream = (await nats.connect(self.nats_url)).jetstream()
        return self._jetstream

    async def _is_calm(self) -> bool:
        waiting = {"outbox.id": {"$gt": ""}}
        for service, collection in (("tickets", "tickets"), ("orders", "orders")):
            if self.mongo[service][collection].find_one(waiting, {"_id": 1}):
                return False
        if self.mongo["payments"]["orders"].find_one(waiting, {"_id": 1}):
            return False
        consumers = await (await self.jetstream()).consumers_info(STREAM)
        return not any(each.num_pending or each.num_ack_pending for each in consumers)


def services_of(processes: dict[str, Any]) -> list[str]:
    """The names of our own processes among a stack's: `orders`, and `orders-2` of two replicas."""
    pattern = re.compile(rf"({'|'.join(SERVICES)})(-\d+)?")
    return [name for name in processes if pattern.fullmatch(name)]


def stores_of(processes: dict[str, Any]) -> list[str]:
    return [name for name in processes if any(store in name for store in STORES)]


@contextmanager
def site(name: str, data: Path, sources: str | None = None, replicas: int = 1) -> Iterator[Site]:
    """Boot a version: this one, or another's sources (a PYTHONPATH)."""
    env: dict[str, Any] = {} if sources is None else {"PYTHONPATH": sources}
    options = ["--replicas", str(replicas)] if replicas > 1 else []
    with running_stack(data, options=options, **UNLIMITED, **env) as stack:
        yield Site(name, stack)
