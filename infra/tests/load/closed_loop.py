"""So many connections, each with one request under way at any time."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from infra.tests.load.connection import Connection
from infra.tests.load.wire import Answer

BOUND = 60.0  # seconds until the last are answered
Usage = Callable[[], dict[str, int]]


@dataclass(slots=True)
class Window:
    """What happened while it was counted: latencies of the answers that came after the
    warm-up; CPU from the first request until all were answered, so that none is cut in two."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)  # milliseconds
    statuses: Counter[int] = field(default_factory=Counter)  # of all answers
    before: dict[str, int] = field(default_factory=dict)  # nanoseconds of CPU by process
    after: dict[str, int] = field(default_factory=dict)

    def answered(self, expected: frozenset[int]) -> int:
        """How many answers were of these kinds."""
        return sum(self.statuses[status] for status in expected)


class ClosedLoop:
    """Puts requests to a port until told to stop, or until they run out."""

    def __init__(self, port: int, requests: Iterator[bytes], connections: int) -> None:
        self.window = Window()
        self._requests = requests
        self._connections = [Connection(port) for _ in range(connections)]
        self._asked: dict[Connection, float] = {}
        self._statuses: Counter[int] = Counter()
        self._stopping = False
        self._idle = asyncio.Event()

    async def run(self, warm_up: float, seconds: float, usage: Usage) -> Window:
        """Count for so many seconds after the warm-up."""
        await asyncio.gather(*(connection.connect() for connection in self._connections))
        before = usage()
        for connection in self._connections:
            self._ask(connection)
        await self._pass(warm_up)
        window = self.window = Window(before=before)
        started = time.perf_counter()
        await self._pass(seconds)
        window.seconds = time.perf_counter() - started
        self._stopping, self.window = True, Window()
        await self._pass(BOUND)
        if self._asked:
            self._statuses[0] += len(self._asked)  # what still has no answer never gets one
        window.after = usage()
        for connection in self._connections:
            connection.close()
        window.statuses = self._statuses
        return window

    async def _pass(self, seconds: float) -> None:
        with suppress(TimeoutError):  # there is more to ask, as there should be
            await asyncio.wait_for(self._idle.wait(), seconds)

    def _ask(self, connection: Connection) -> None:
        request = None if self._stopping else next(self._requests, None)
        if request is None:
            self._asked.pop(connection, None)
            if not self._asked:
                self._idle.set()
            return
        self._asked[connection] = time.perf_counter()
        connection.ask(request, lambda answer: self._answered(connection, answer))

    def _answered(self, connection: Connection, answer: Answer) -> None:
        window = self.window
        window.latencies.append((time.perf_counter() - self._asked[connection]) * 1000)
        self._statuses[answer.status] += 1
        self._ask(connection)
