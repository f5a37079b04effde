"""Waiting for what the running stack has to come to."""

import asyncio
import time
from collections.abc import Callable


class StackError(Exception):
    """The stack did not start, or not again."""


async def until(
    holds: Callable[[], object], timeout: float = 30.0, each: Callable[[], None] | None = None
) -> None:
    """Wait until something holds; raise `StackError` if it does not come about."""
    deadline = time.monotonic() + timeout
    while not holds():
        if each:
            each()
        if time.monotonic() > deadline:
            raise StackError(f"did not come about in {timeout:.0f} s: {holds!r}")
        await asyncio.sleep(0.05)
