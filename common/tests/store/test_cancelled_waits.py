"""What a driver's wait leaves behind when it is cancelled."""

import asyncio
from contextlib import suppress

from pymongo.asynchronous import pool, topology
from pymongo.lock import _async_create_condition, _async_create_lock

from ticketing_common.store import Database


async def test_a_wait_that_is_cancelled_when_its_time_is_up_keeps_no_lock() -> None:
    """All operations of a client would wait for it, until the process is started anew."""
    Database.connect("mongodb://127.0.0.1:1/nothing")
    for module in (pool, topology):
        lock = _async_create_lock()
        condition = _async_create_condition(lock)

        async def wait(lock=lock, condition=condition, module=module) -> None:  # type: ignore[no-untyped-def]
            async with lock:
                await module._async_cond_wait(condition, 0.01)

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)  # it waits, and has given its lock away meanwhile
        async with lock:
            await asyncio.sleep(0.05)  # its time is up, but it can't have its lock back yet
            waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        await asyncio.sleep(0.01)

        assert not lock.locked()
