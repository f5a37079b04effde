"""Asking for what another service has just made, before this one has heard of it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from ticketing_common.errors import NotFoundError
from ticketing_common.store.document import object_id
from ticketing_common.types import made_at, now

T = TypeVar("T")

NEW = timedelta(seconds=10)  # of an older document news is not on its way any more
PATIENCE = 0.5  # seconds somebody waits at most
FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.1  # seconds to the next look: a replica may have heard of it
MOST = 256  # who wait at a time; others are told at once that there is none


class Arrivals:
    """Who waits in this process for which replicas.

    Whoever has just made a ticket or an order, and goes on with it in the next service, is often
    faster than its news: they wait here, instead of asking again and again.
    """

    def __init__(self) -> None:
        self._arrivals: dict[str, list[asyncio.Event]] = {}
        self.waiting = 0  # of those who ask

    def tell(self, id: str) -> None:
        """It is here."""
        for arrived in self._arrivals.get(id, ()):
            arrived.set()

    async def once_heard(self, id: str, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` gives, asked again where it raises `NotFoundError` of a document that has just
        been made: as soon as that arrives, and in the end anyway. Raises what `ask` raises."""
        with suppress(NotFoundError):
            return await ask()
        if self.waiting < MOST and _is_new(id):
            self.waiting += 1
            try:
                return await self._ask_again(id, ask)
            finally:
                self.waiting -= 1
        raise NotFoundError

    async def _ask_again(self, id: str, ask: Callable[[], Awaitable[T]]) -> T:
        # Whoever asks is never interrupted: they may have begun something by then.
        clock = asyncio.get_running_loop().time
        end, pause = clock() + PATIENCE, FIRST_PAUSE
        while (left := end - clock()) > 0:
            await self._arrival(id, min(pause, left))
            pause = min(2 * pause, LONGEST_PAUSE)
            with suppress(NotFoundError):
                return await ask()
        raise NotFoundError

    async def _arrival(self, id: str, seconds: float) -> None:
        arrived = asyncio.Event()
        self._arrivals.setdefault(id, []).append(arrived)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await arrived.wait()
        finally:
            self._arrivals[id].remove(arrived)
            if not self._arrivals[id]:
                del self._arrivals[id]


def _is_new(id: str) -> bool:
    return object_id(id) is not None and abs(now() - made_at(id)) < NEW
