"""Documents whose messages were not taken: each waits for a next try of its own, and delays no
other."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

MOST = 1000  # documents; those of more of them are tried again with every poll
FIRST_DELAY, LONGEST_DELAY = 1.0, 10.0  # seconds until another try


@dataclass(slots=True)
class _Hold:
    message: str  # the id of the one that was not taken
    refusals: int
    delay: float  # seconds, before the next try
    due: float  # on the monotonic clock


class Held:
    """Kept in memory: another replica, or this one after a restart, begins anew."""

    def __init__(self) -> None:
        self._holds: dict[Any, _Hold] = {}
        self._added = asyncio.Event()

    def __contains__(self, document: Any) -> bool:
        return document in self._holds

    def documents(self) -> list[Any]:
        return list(self._holds)

    def add(self, document: Any, message: str, *, refused: bool) -> int:
        """Hold a document, longer than the last time; return how often that message was refused.

        An outage is no refusal. Where as many are held as may be, it is not held.
        """
        before = self._holds.get(document)
        if before is None and len(self._holds) >= MOST:
            return 0
        refusals, delay = int(refused), FIRST_DELAY
        if before and before.message == message:
            refusals, delay = refusals + before.refusals, min(before.delay * 2, LONGEST_DELAY)
        self._holds[document] = _Hold(message, refusals, delay, time.monotonic() + delay)
        self._added.set()
        return refusals

    def add_due(self, document: Any) -> None:
        """Hold a document that is to be tried now."""
        if document not in self._holds and len(self._holds) < MOST:
            self._holds[document] = _Hold("", 0, FIRST_DELAY / 2, time.monotonic())
            self._added.set()

    def postpone(self, document: Any) -> None:
        """Hold it on, for a reason that is not its own."""
        if hold := self._holds.get(document):
            hold.due = time.monotonic() + hold.delay

    def release(self, document: Any) -> None:
        self._holds.pop(document, None)

    async def due(self, limit: int) -> Sequence[Any]:
        """Wait for documents whose time has come, and return them."""
        while True:
            now = time.monotonic()
            if due := [each for each, hold in self._holds.items() if hold.due <= now]:
                return due[:limit]
            self._added.clear()
            soonest = min((hold.due - now for hold in self._holds.values()), default=None)
            with suppress(TimeoutError):
                async with asyncio.timeout(soonest):
                    await self._added.wait()
