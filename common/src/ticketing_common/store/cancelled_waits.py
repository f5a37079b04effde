"""Waits of the driver's that survive being cancelled, on Python 3.11 too.

There `asyncio.wait_for` runs what it waits for as a task of its own. Cancelled just when its time
is up, it does not wait for that task to end, which then takes a lock of the driver's that nobody
ever releases: all later operations wait for it, for ever, though the store has long been back. The
driver waits so for a server while there is none, and whoever asks for figures or for readiness
cancels it. From 3.12 on `wait_for` has no such task.
"""

import asyncio
import sys
from typing import Any

from pymongo.asynchronous import pool, topology


def survive_cancellation() -> None:
    """Let the driver wait by what does not lose its lock; done again, it changes nothing."""
    if sys.version_info < (3, 12):
        for module in (pool, topology):
            module._async_cond_wait = _wait  # type: ignore[attr-defined]


async def _wait(condition: Any, timeout: float | None) -> bool:
    """Whether the condition, whose lock the caller holds, was notified within so many seconds."""
    try:
        async with asyncio.timeout(timeout):
            return bool(await condition.wait())
    except TimeoutError:
        return False
