"""Trying again what lost to a concurrent save."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ticketing_common.errors import VersionConflictError

T = TypeVar("T")


async def retrying(attempt: Callable[[], Awaitable[T]], tries: int = 5) -> T:
    """Await `attempt()`, again from the start where someone else's save came in between.

    Raises the last `VersionConflictError` when `tries` of them, with growing pauses of random
    length (at most 0.2 s), all lost.
    """
    for number in range(1, tries):
        try:
            return await attempt()
        except VersionConflictError:
            await asyncio.sleep(random.uniform(0.005, 0.0125 * 2**number))  # noqa: S311 - no secret
    return await attempt()
