from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from ticketing_common.events.catalogue import OrderCreated, OrderStatus
from ticketing_common.types import new_id, now


@pytest.fixture
async def redis(redis_port: int) -> AsyncIterator[Redis]:
    """A look into the queue's Redis, which is empty at first."""
    client: Redis = Redis(port=redis_port)
    await client.flushall()
    yield client
    await client.aclose()


Created = Callable[..., OrderCreated]


@pytest.fixture
def created() -> Created:
    """An order's news; what is not given is made up."""

    def make(**given: Any) -> OrderCreated:
        made_up = {
            "id": new_id(),
            "version": 0,
            "status": OrderStatus.CREATED,
            "user_id": new_id(),
            "expires_at": now(),
            "ticket": {"id": new_id(), "price": 20, "reservation": 1},
        }
        return OrderCreated(**{**made_up, **given})

    return make
