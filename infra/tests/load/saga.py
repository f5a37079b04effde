"""One sale from end to end: created, ordered, reserved, paid, complete."""

import asyncio
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from infra.tests.load.connection import Connection
from infra.tests.load.milestones import Milestones
from infra.tests.load.site import Site
from infra.tests.load.wire import request
from ticketing_common.types import new_id

BOUND = 60.0  # seconds a saga may take
USERS = 500


class SagaError(Exception):
    """A step was answered with something else than 201."""


class Desk:
    """Connections to each service, as many as are in use at a time."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._free: dict[str, deque[Connection]] = defaultdict(deque)

    async def post(self, service: str, path: str, cookie: str, body: dict[str, Any]) -> str:
        """The id in a 201; raise `SagaError` for anything else."""
        free = self._free[service]
        connection = free.popleft() if free else Connection(self.site.port_of(service))
        answer = await connection.fetch(request("POST", path, cookie, body))
        free.append(connection)
        if answer.status != 201:
            raise SagaError(f"{path}: {answer.status} {answer.body[:200]!r}")
        return str(answer.json()["id"])

    def close(self) -> None:
        for free in self._free.values():
            for connection in free:
                connection.close()


@dataclass(slots=True)
class Times:
    """Of one saga, in milliseconds: all of it, and each event from its commit (the answer of the
    request that caused it) until its consumer had stored what it tells."""

    total: float
    lags: dict[str, float] = field(default_factory=dict)


class Sagas:
    """Runs sagas of one site, each by two of so many users."""

    def __init__(self, site: Site, seen: Milestones) -> None:
        self.desk = Desk(site)
        self.seen = seen
        self.cookies = [site.cookie(new_id()) for _ in range(USERS)]
        self.failures: list[str] = []
        self._number = 0

    async def run(self) -> Times | None:
        """One saga; None (and a line in `failures`) for one that does not get to its end."""
        try:
            async with asyncio.timeout(BOUND):
                return await self._run()
        except (SagaError, TimeoutError) as error:
            self.failures.append(repr(error))
            return None

    async def _run(self) -> Times:
        self._number += 1
        seller = self.cookies[self._number % USERS]
        buyer = self.cookies[(self._number + 1) % USERS]
        post, reached, times = self.desk.post, self.seen.reached, Times(0.0)

        def lag(name: str, committed: float, consumed: float) -> None:
            times.lags[name] = max(0.0, consumed - committed) * 1000

        started = time.perf_counter()
        body: dict[str, Any] = {"title": "A concert", "price": 19.99}
        ticket = await post("tickets", "/api/tickets", seller, body)
        created = time.perf_counter()
        lag("ticket:created -> orders", created, await reached("orders", ticket))
        order = await post("orders", "/api/orders", buyer, {"ticketId": ticket})
        ordered = time.perf_counter()
        lag("order:created -> payments", ordered, await reached("payments", order))
        reserved = await reached("orders", order, "awaiting:payment")
        lag("order:created -> tickets -> orders", ordered, reserved)
        body = {"token": "tok_visa", "orderId": order}
        await post("payments", "/api/payments", buyer, body)
        paid = time.perf_counter()
        complete = await reached("orders", order, "complete")
        lag("payment:created -> orders", paid, complete)
        times.total = (complete - started) * 1000
        return times
