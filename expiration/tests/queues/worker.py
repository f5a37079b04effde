"""The queue's worker, and what it has done."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from ticketing_common.request_ids import request_id
from ticketing_common.tasks import end
from ticketing_expiration.queues.expiration_queue import ExpirationQueue


class Expired:
    """Notes which orders were expired, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.orders: list[str] = []
        self.requests: list[str | None] = []

    async def __call__(self, order_id: str) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not now")
        self.orders.append(order_id)
        self.requests.append(request_id.get())


@asynccontextmanager
async def running(queue: ExpirationQueue) -> AsyncIterator[asyncio.Task[None]]:
    """The queue's worker, which is still running at the end."""
    task = asyncio.create_task(queue.run())
    try:
        yield task
        assert not task.done()
    finally:
        await end([task])
        await queue.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def until_left(redis: Redis, expected: set[bytes]) -> None:
    async with asyncio.timeout(60):
        while await keys(redis) != expected:
            await asyncio.sleep(0.01)


async def keys(redis: Redis) -> set[bytes]:
    """What the queue keeps in Redis."""
    return set(await redis.keys("*")) - {b"arq:queue:health-check"}
