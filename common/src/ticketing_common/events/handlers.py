"""Handlers at work side by side."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

Handler = Callable[[], Coroutine[Any, Any, None]]

STOP_TIMEOUT = 7.0  # seconds for handlers that are running at the end: less than the service has


class Handlers:
    """At most `at_once` at a time, or fewer of those that are started as `few`."""

    def __init__(self, at_once: int, few: int = 1) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore(at_once)
        self._few = asyncio.Semaphore(few)

    async def start(
        self, handler: Callable[[], Coroutine[Any, Any, None]], few: bool = False
    ) -> None:
        """Return once it has begun."""
        free = self._few if few else self._free
        await free.acquire()
        task = asyncio.create_task(handler())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda _: free.release())

    async def finish(self) -> None:
        """Let the running ones end, within a bound."""
        if self._running:
            await asyncio.wait(self._running, timeout=STOP_TIMEOUT)
