"""Asking for what another service has just made, before this one has heard of it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TypeVar

from bson import ObjectId

from ticketing_common.errors import NotFoundError
from ticketing_common.store.document import object_id
from ticketing_common.types import now

T = TypeVar("T")

NEW = timedelta(seconds=10)  # of an older document news is not on its way any more
PATIENCE = 0.5  # seconds, after which nobody is kept waiting for another look
FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.1  # seconds to the next look: a replica may have heard of it
MOST, MOST_EACH = 256, 4  # who wait at a time, and of one user; others are told that there is none


class Arrivals:
    """Who waits in this process for which replicas.

    Whoever has just made a ticket or an order, and goes on with it in the next service, is often
    faster than its news: they wait here, instead of asking again and again. `outcomes` counts what
    became of those who would have been told that there is no such thing.
    """

    def __init__(self) -> None:
        self._arrivals: dict[ObjectId, list[asyncio.Event]] = {}
        self._waits: Counter[str] = Counter()  # by user
        self.outcomes: Counter[str] = Counter(dict.fromkeys(("heard", "not heard", "refused"), 0))

    @property
    def waiting(self) -> int:
        return self._waits.total()

    def tell(self, id: str) -> None:
        """It is here."""
        if self._arrivals and (key := object_id(id)):
            for arrived in self._arrivals.get(key, ()):
                arrived.set()

    async def once_heard(self, id: str, user_id: str, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` gives, asked again where it raises `NotFoundError` of a document that has just
        been made: as soon as that arrives, and now and then. Raises what `ask` raises."""
        clock = asyncio.get_running_loop().time
        end = clock() + PATIENCE
        with suppress(NotFoundError):
            return await ask()
        key = object_id(id)
        if key is None or abs(now() - key.generation_time) > NEW:
            raise NotFoundError
        if self.waiting >= MOST or self._waits[user_id] >= MOST_EACH:
            self.outcomes["refused"] += 1
            raise NotFoundError
        pause = FIRST_PAUSE
        with self._arrival(key, user_id) as arrived:
            # Whoever asks is never interrupted: they may have begun something by then.
            while (left := end - clock()) > 0 or arrived.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(pause, left)):
                        await arrived.wait()
                arrived.clear()
                pause = min(2 * pause, LONGEST_PAUSE)
                with suppress(NotFoundError):
                    found = await ask()
                    self.outcomes["heard"] += 1
                    return found
        self.outcomes["not heard"] += 1
        raise NotFoundError

    @contextmanager
    def _arrival(self, key: ObjectId, user_id: str) -> Iterator[asyncio.Event]:
        arrived = asyncio.Event()
        self._arrivals.setdefault(key, []).append(arrived)
        self._waits[user_id] += 1
        try:
            yield arrived
        finally:
            self._arrivals[key].remove(arrived)
            if not self._arrivals[key]:
                del self._arrivals[key]
            self._waits[user_id] -= 1
            if not self._waits[user_id]:
                del self._waits[user_id]
