"""Deliveries by the time when they are due."""

import asyncio
import heapq
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

LIMIT = 20_000
"""Deliveries; more are dropped, and sent after a restart."""


@dataclass(frozen=True, slots=True)
class Delivery:
    event: str
    attempt: int = 0
    again: bool = False
    """A second one of the same event."""
    forged: bool = False


class Queue:
    def __init__(self) -> None:
        self._due: list[tuple[float, int, Delivery]] = []
        self._held: dict[int, tuple[float, Delivery]] = {}
        self._numbers: Iterator[int] = count()
        self._wake = asyncio.Event()

    def __len__(self) -> int:
        return len(self._due) + len(self._held)

    def clear(self) -> None:
        self._due, self._held = [], {}

    def put(self, delivery: Delivery, seconds: float = 0.0, *, hold: bool = False) -> bool:
        """Due in so many seconds, or as soon as another one was sent. False when it is full."""
        if len(self) >= LIMIT:
            return False
        due, number = time.monotonic() + seconds, next(self._numbers)
        if hold:
            self._held[number] = due, delivery
        else:
            heapq.heappush(self._due, (due, number, delivery))
        self._wake.set()
        return True

    def release_held(self) -> None:
        now = time.monotonic()
        for number, (_, delivery) in self._held.items():
            heapq.heappush(self._due, (now, number, delivery))
        self._held = {}
        self._wake.set()

    async def until_any(self) -> None:
        while not len(self):
            self._wake.clear()
            await self._wake.wait()

    async def next(self) -> Delivery:
        """Waits until one is due."""
        while True:
            now = time.monotonic()
            for number, (due, delivery) in list(self._held.items()):
                if due <= now:
                    del self._held[number]
                    heapq.heappush(self._due, (due, number, delivery))
            if self._due and self._due[0][0] <= now:
                return heapq.heappop(self._due)[2]
            times = [due for due, _ in self._held.values()] + [each[0] for each in self._due[:1]]
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), min(times) - now if times else None)
            except TimeoutError:
                continue
