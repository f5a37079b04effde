"""The queue of waiting orders, on a real server."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from expiration.tests.queues.worker import Expired, keys, running, until, until_left
from ticketing_common.request_ids import request_id
from ticketing_common.tracing import spans
from ticketing_common.types import new_id, now
from ticketing_expiration.queues import expiration_queue as module
from ticketing_expiration.queues.expiration_queue import ExpirationQueue


async def test_an_order_expires_when_its_time_is_over(redis: Redis, redis_port: int) -> None:
    """Not before, hardly after, and nothing is left of it in Redis."""
    expired, early, late = Expired(), new_id(), new_id()
    queue = ExpirationQueue("127.0.0.1", redis_port, expired)
    due = now() + timedelta(seconds=0.5)
    await queue.schedule(late, now() + timedelta(hours=1))
    await queue.schedule(early, due)

    async with running(queue):
        await until(lambda: bool(expired.orders))

        assert now() >= due
        assert now() - due < timedelta(seconds=5)
        assert expired.orders == [early]
        left = {f"arq:job:expire:{late}".encode(), b"arq:queue"}
        await until_left(redis, left)


async def test_an_order_that_waits_is_left_as_it_is(redis: Redis, redis_port: int) -> None:
    """Heard of again, it keeps its moment and the request that led to it."""
    expired, order = Expired(), new_id()
    queue = ExpirationQueue("127.0.0.1", redis_port, expired)
    for request, wait in ("first", 0.1), ("again", 3600):
        request_id.set(request)
        await queue.schedule(order, now() + timedelta(seconds=wait))

    async with running(queue):
        await until(lambda: bool(expired.orders))

    assert (expired.orders, expired.requests) == ([order], ["first"])


async def test_failures_are_retried(
    redis: Redis, redis_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong, and however often: the base system, and arq by itself, forget it."""
    monkeypatch.setattr(module, "MAX_PAUSE", 0.01)
    expired, order = Expired(failures=8), new_id()
    queue = ExpirationQueue("127.0.0.1", redis_port, expired)
    await queue.schedule(order, now())

    async with running(queue):
        await until(lambda: bool(expired.orders))

    assert expired.orders == [order]


async def test_an_attempt_that_hangs_is_retried(
    redis: Redis, redis_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that arq itself has to end would be dropped, so it never comes to that."""
    monkeypatch.setattr(module, "ATTEMPT_TIMEOUT", 0.05)
    monkeypatch.setattr(module, "JOB_TIMEOUT", 5.0)
    monkeypatch.setattr(module, "MAX_PAUSE", 0.01)
    attempts: list[str] = []

    async def hang_once(order_id: str) -> None:
        attempts.append(order_id)
        if len(attempts) == 1:
            await asyncio.Event().wait()

    queue = ExpirationQueue("127.0.0.1", redis_port, hang_once)
    await queue.schedule(new_id(), now())

    async with running(queue):
        await until(lambda: len(attempts) == 2)


async def test_an_order_can_expire_again(redis: Redis, redis_port: int) -> None:
    """No result is kept that would refuse the order's id."""
    expired, order = Expired(), new_id()
    queue = ExpirationQueue("127.0.0.1", redis_port, expired)

    async with running(queue):
        for times in (1, 2):
            await queue.schedule(order, now())
            await until(lambda times=times: len(expired.orders) == times)  # type: ignore[misc]
            await until_left(redis, set())


async def test_a_waiting_job_outlives_any_outage(redis: Redis, redis_port: int) -> None:
    """arq would let it lapse a day after it was due: it stays as long as the order's news."""
    queue = ExpirationQueue("127.0.0.1", redis_port, Expired())
    order = new_id()

    await queue.schedule(order, now() + timedelta(minutes=15))

    assert await redis.ttl(f"arq:job:expire:{order}") > 29 * 24 * 3600
    await queue.close()


async def test_jobs_are_plain_json(redis: Redis, redis_port: int) -> None:
    """Who can write to Redis can't run code here; the request's id goes with the order's."""
    expired, order = Expired(), new_id()
    queue = ExpirationQueue("127.0.0.1", redis_port, expired)
    token = request_id.set("abc-123")

    await queue.schedule(order, now())
    request_id.reset(token)

    assert f'"a":["{order}","abc-123"]'.encode() in await redis.get(f"arq:job:expire:{order}")
    async with running(queue):
        await until(lambda: expired.requests == ["abc-123"])


async def test_a_job_is_traced(
    redis: Redis, redis_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it tells begins a trace: the order's request has long been over."""
    monkeypatch.setattr(spans, "_exported", None)
    spans.configure("test", {"TRACES_FILE": str(tmp_path / "traces.jsonl")})
    carried: list[str] = []

    async def expire(_: str) -> None:
        carried.append(spans.trace_headers()[spans.HEADER])

    queue = ExpirationQueue("127.0.0.1", redis_port, expire)
    token = request_id.set("abc-123")
    await queue.schedule(new_id(), now())
    request_id.reset(token)
    async with running(queue):
        await until(lambda: bool(carried))

    assert carried[0].endswith("-01")
    assert spans._exported is not None
    spans._exported.shutdown()


async def test_replicas_share_the_jobs(redis: Redis, redis_port: int) -> None:
    """Each order is expired by one of them."""
    expired, orders = Expired(), [new_id() for _ in range(150)]
    one, two = (ExpirationQueue("127.0.0.1", redis_port, expired) for _ in range(2))
    await asyncio.gather(*(one.schedule(order, now()) for order in orders))

    async with running(one), running(two):
        await until_left(redis, set())

    assert sorted(expired.orders) == sorted(orders)


async def test_stopping_leaves_a_running_job_to_the_next(redis: Redis, redis_port: int) -> None:
    """A job cut off is put back at once, not after a time-out."""
    started, order, expired = asyncio.Event(), new_id(), Expired()

    async def hang(_: str) -> None:
        started.set()
        await asyncio.Event().wait()

    first = ExpirationQueue("127.0.0.1", redis_port, hang)
    await first.schedule(order, now())
    async with running(first):
        await started.wait()
    assert b"arq:in-progress:expire:" + order.encode() not in await keys(redis)

    async with running(ExpirationQueue("127.0.0.1", redis_port, expired)):
        await until(lambda: expired.orders == [order])
