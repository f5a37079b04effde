"""One sale from end to end: created, ordered, reserved, paid, complete."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from infra.tests.load.connection import Connection
from infra.tests.load.milestones import Milestones
from infra.tests.load.site import Site
from infra.tests.load.wire import Answer, request
from ticketing_common.types import new_id

BOUND = 60.0  # seconds a saga may take
USERS = 500

TICKET = {"title": "A concert", "price": 19.99}
Lags = dict[str, float]


class SagaError(Exception):
    """A step was answered with something else than it should be."""


class Desk:
    """Connections to each service, as many as are in use at a time."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.requests = 0
        self._free: dict[str, deque[Connection]] = defaultdict(deque)

    async def ask(
        self, service: str, method: str, path: str, cookie: str, body: Any = None
    ) -> Answer:
        free = self._free[service]
        connection = free.popleft() if free else Connection(self.site.port_of(service))
        answer = await connection.fetch(request(method, path, cookie, body))
        self.requests += 1
        free.append(connection)
        return answer

    async def post(self, service: str, path: str, cookie: str, body: dict[str, Any]) -> str:
        """The id in a 201; raise `SagaError` for anything else."""
        return id_of(await self.ask(service, "POST", path, cookie, body))

    def close(self) -> None:
        for free in self._free.values():
            for connection in free:
                connection.close()


def id_of(answer: Answer) -> str:
    if answer.status != 201:
        raise SagaError(f"{answer.status} {answer.body[:200]!r}")
    return str(answer.json()["id"])


@dataclass(slots=True)
class Times:
    """Of one saga, in milliseconds: all of it, and each event from its commit (the answer of the
    request that caused it) until whoever waited for it could go on."""

    total: float
    lags: Lags = field(default_factory=dict)


class Sagas(ABC):
    """Runs sagas of one site, each by two of so many users."""

    def __init__(self, site: Site) -> None:
        self.desk = Desk(site)
        self.cookies = [site.cookie(new_id()) for _ in range(USERS)]
        self.failures: list[str] = []
        self._number = 0

    async def run(self, due: float | None = None) -> Times | None:
        """One saga, whose time counts from when it was due (of `perf_counter`; None is now).

        None (and a line in `failures`) for one that does not get to its end.
        """
        self._number += 1
        seller = self.cookies[self._number % USERS]
        buyer = self.cookies[(self._number + 1) % USERS]
        began, lags = due or time.perf_counter(), Lags()
        try:
            async with asyncio.timeout(BOUND):
                complete = await self._run(seller, buyer, lags)
        except (SagaError, TimeoutError) as error:
            self.failures.append(repr(error))
            return None
        return Times((complete - began) * 1000, lags)

    @abstractmethod
    async def _run(self, seller: str, buyer: str, lags: Lags) -> float:
        """Do it, and return when the order was complete."""


class Watched(Sagas):
    """Each step is taken once a database tells that it can be: nobody asks for anything twice."""

    def __init__(self, site: Site, seen: Milestones) -> None:
        super().__init__(site)
        self.seen = seen

    async def _run(self, seller: str, buyer: str, lags: Lags) -> float:
        post, reached = self.desk.post, self.seen.reached

        def lag(name: str, committed: float, consumed: float) -> None:
            lags[name] = max(0.0, consumed - committed) * 1000

        ticket = await post("tickets", "/api/tickets", seller, TICKET)
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
        return complete
