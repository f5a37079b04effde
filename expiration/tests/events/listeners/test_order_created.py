"""order:created starts an order's time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from ticketing_common.events.catalogue import OrderCreated, OrderStatus
from ticketing_common.testing.ports import free_port
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_expiration.events.listeners.order_created import OrderCreatedListener
from ticketing_expiration.queues.expiration_queue import ExpirationQueue, QueueUnavailableError

Created = Callable[..., OrderCreated]
TIMING = Timing.of(900)


async def _never(order_id: str) -> None:
    raise AssertionError(order_id)


@pytest.fixture
async def listener(redis: Redis, redis_port: int) -> Any:
    queue = ExpirationQueue("127.0.0.1", redis_port, _never)
    yield OrderCreatedListener(queue, TIMING)
    await queue.close()


async def _scheduled(redis: Redis) -> list[tuple[bytes, float]]:
    jobs: list[tuple[bytes, float]] = await redis.zrange("arq:queue", 0, -1, withscores=True)
    return jobs


@pytest.mark.parametrize("status", [OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT])
async def test_schedules_a_live_order(
    listener: OrderCreatedListener, redis: Redis, created: Created, status: OrderStatus
) -> None:
    """Once it returns Redis has the job, due a grace after the order's expiresAt."""
    expires_at = now() + timedelta(minutes=15)
    order = created(status=status, expires_at=expires_at)

    await listener.on_message(order)

    due = expires_at + timedelta(seconds=TIMING.expiry_grace)
    assert await _scheduled(redis) == [
        (f"expire:{order.id}".encode(), round(due.timestamp() * 1000))
    ]


async def test_again_changes_nothing(
    listener: OrderCreatedListener, redis: Redis, created: Created
) -> None:
    """A redelivered event leaves the one job as it is."""
    order = created(expires_at=now() + timedelta(minutes=15))

    await listener.on_message(order)
    scheduled = await _scheduled(redis)
    await listener.on_message(order)

    assert await _scheduled(redis) == scheduled


@pytest.mark.parametrize("status", [OrderStatus.COMPLETE, OrderStatus.CANCELLED])
async def test_a_decided_order_is_left_alone(
    listener: OrderCreatedListener, redis: Redis, created: Created, status: OrderStatus
) -> None:
    """Orders tells its present state again where the stream was lost."""
    await listener.on_message(created(status=status, expires_at=now() + timedelta(minutes=15)))

    assert await _scheduled(redis) == []


async def test_an_order_overdue_for_long_is_left_alone(
    listener: OrderCreatedListener, redis: Redis, created: Created
) -> None:
    """The stream's whole past may be replayed: orders has long expired those itself."""
    await listener.on_message(created(expires_at=now() - timedelta(minutes=6)))
    assert await _scheduled(redis) == []


async def test_an_order_overdue_for_a_moment_is_scheduled(
    listener: OrderCreatedListener, redis: Redis, created: Created
) -> None:
    """The service was away while its time ran out."""
    await listener.on_message(created(expires_at=now() - timedelta(minutes=4)))

    assert len(await _scheduled(redis)) == 1


async def test_an_unreachable_redis_is_an_outage(created: Created) -> None:
    """The error is one that delivery retries for ever, so the event is not acknowledged."""
    queue = ExpirationQueue("127.0.0.1", free_port(), _never)
    listener = OrderCreatedListener(queue, TIMING)

    with pytest.raises(QueueUnavailableError):
        await listener.on_message(created())

    await queue.close()
