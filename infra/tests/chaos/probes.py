"""How long each service can't be reached: asked several times a second, as a user would."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import httpx

TIMEOUT = 3.0  # seconds
PATHS = {
    "auth": "/api/users/currentuser",
    "tickets": "/api/tickets",
    "orders": "/api/orders/000000000000000000000000",
    "payments": "/api/payments/000000000000000000000000",
}


@dataclass(frozen=True, slots=True)
class Probed:
    """One question: when it was answered, and with which status (0 for no answer)."""

    at: float
    status: int

    @property
    def answered(self) -> bool:
        """Below 500 is an answer: the service is there and says what it thinks."""
        return 0 < self.status < 500


class Probes:
    """`interval` is the pause between two questions to one service, in seconds; `cookie` tells
    whose questions they are, as only for a user who is signed in databases are asked."""

    def __init__(self, url: str, cookie: Callable[[], str], interval: float = 0.25) -> None:
        self.url = url
        self.cookie = cookie
        self.interval = interval
        self.asked: dict[str, list[Probed]] = {name: [] for name in PATHS}

    async def run(self, stop: asyncio.Event) -> None:
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(
            base_url=self.url, timeout=TIMEOUT, limits=limits, verify=False
        ) as http:
            await asyncio.gather(*(self._probe(http, name, stop) for name in PATHS))

    def outages(self, since: float = 0.0) -> dict[str, float]:
        """The longest time between two answers since a moment, in seconds, by service."""
        times = {
            name: [each.at for each in asked if each.answered and each.at >= since]
            for name, asked in self.asked.items()
        }
        return {
            name: max((b - a for a, b in pairwise(at)), default=0.0) for name, at in times.items()
        }

    def failures(self, since: float) -> Counter[str]:
        """What was answered since a moment where no answer came, by service and status."""
        return Counter(
            f"{name} {each.status or 'no answer'}"
            for name, asked in self.asked.items()
            for each in asked
            if not each.answered and each.at >= since
        )

    async def _probe(self, http: httpx.AsyncClient, name: str, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                headers = {"Cookie": self.cookie()}
                status = (await http.get(PATHS[name], headers=headers)).status_code
            except httpx.HTTPError:
                status = 0
            self.asked[name].append(Probed(time.monotonic(), status))
            await asyncio.sleep(self.interval)
