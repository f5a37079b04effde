"""Requests that come when they come, as those of people who don't know of each other do."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress

from infra.tests.load.closed_loop import BOUND, Usage, Window
from infra.tests.load.connection import Connection
from infra.tests.load.wire import Answer

SEED = 1


def due_times(rate: float, seconds: float) -> Iterator[float]:
    """Moments of a Poisson process, in seconds from its beginning: the same for every version."""
    choice, due = random.Random(SEED), 0.0
    while (due := due + choice.expovariate(rate)) < seconds:
        yield due


async def until(moment: float) -> None:
    """Of `perf_counter`."""
    await asyncio.sleep(max(0.0, moment - time.perf_counter()))


class OpenLoop:
    """Sends requests to a port when they are due, whatever has become of those before. Latencies
    count from then, so that whoever stalls is late for all that comes meanwhile. (What a closed
    loop leaves out of that is Gil Tene's "coordinated omission".)"""

    def __init__(self, port: int, requests: Iterator[bytes], rate: float) -> None:
        self._port = port
        self._requests = requests
        self._rate = rate
        self._free: deque[Connection] = deque()
        self._window = Window()
        self._under_way = 0
        self._closing = False
        self._all_answered = asyncio.Event()

    async def run(self, seconds: float, usage: Usage) -> Window:
        """All of them, until the last is answered, or until the requests run out."""
        window = self._window = Window(before=usage())
        began = time.perf_counter()
        for due in due_times(self._rate, seconds):
            request = next(self._requests, None)
            if request is None:
                break
            await until(began + due)
            self._ask(request, began + due)
        window.seconds = time.perf_counter() - began
        self._closing = True
        if self._under_way:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_answered.wait(), BOUND)
        if self._under_way:
            window.statuses[0] += self._under_way  # what still has no answer never gets one
        window.after = usage()
        for connection in self._free:
            connection.close()
        return window

    def _ask(self, request: bytes, due: float) -> None:
        connection = self._free.popleft() if self._free else Connection(self._port)
        self._under_way += 1

        def answered(answer: Answer) -> None:
            self._window.latencies.append((time.perf_counter() - due) * 1000)
            self._window.statuses[answer.status] += 1
            self._free.append(connection)
            self._under_way -= 1
            if self._closing and not self._under_way:
                self._all_answered.set()

        connection.ask(request, answered)
