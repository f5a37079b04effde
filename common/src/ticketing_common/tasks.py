"""Tasks that belong together, and their end."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Any

from ticketing_common.logs import reason

logger = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds before a cancellation is taken for lost


async def side_by_side(*loops: Coroutine[Any, Any, None]) -> None:
    """Run them until one ends, which ends the others; raise what it raised.

    A cancellation that nobody asked for is an end, too: a TaskGroup would go on without that one.
    """
    tasks = [asyncio.create_task(each) for each in loops]
    try:
        ended, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        await end(tasks)
        raise
    await end(left)
    for task in ended:
        task.result()


async def end(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel them until they are done. Before Python 3.12 `asyncio.wait_for`, by which nats-py and
    redis-py wait for answers, loses a cancellation that comes just as it gets its result."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        done, pending = await asyncio.wait(pending, timeout=PATIENCE)
        for task in done:
            if not task.cancelled() and (error := task.exception()):
                logger.warning("cut off", extra={"reason": reason(error)})
