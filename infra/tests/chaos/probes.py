"""How long each service can't be reached: asked several times a second, as a user would."""

import asyncio
import time
from itertools import pairwise

import httpx

INTERVAL = 0.25  # seconds
TIMEOUT = 3.0
PATHS = {
    "auth": "/api/users/currentuser",
    "tickets": "/api/tickets",
    "orders": "/api/orders/000000000000000000000000",
    "payments": "/api/payments/000000000000000000000000",
}


class Probes:
    """An answer below 500 is one: the service is there and says what it thinks."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._worked: dict[str, list[float]] = {name: [] for name in PATHS}

    async def run(self, stop: asyncio.Event) -> None:
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(
            base_url=self.url, timeout=TIMEOUT, limits=limits, verify=False
        ) as http:
            await asyncio.gather(*(self._probe(http, name, stop) for name in PATHS))

    def outages(self) -> dict[str, float]:
        """The longest time between two answers, in seconds, by service."""
        return {
            name: max((b - a for a, b in pairwise(times)), default=0.0)
            for name, times in self._worked.items()
        }

    async def _probe(self, http: httpx.AsyncClient, name: str, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                response = await http.get(PATHS[name])
                if response.status_code < 500:
                    self._worked[name].append(time.monotonic())
            except httpx.HTTPError:
                pass  # an outage is the absence of answers
            await asyncio.sleep(INTERVAL)
