"""The queue while Redis is away, or says nothing."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from expiration.tests.queues.worker import Expired, running, until
from ticketing_common.testing import servers
from ticketing_common.testing.ports import free_port
from ticketing_common.types import new_id, now
from ticketing_expiration.queues import expiration_queue as module
from ticketing_expiration.queues.expiration_queue import ExpirationQueue, QueueUnavailableError


async def test_started_before_redis(tmp_path: Path) -> None:
    """It says so, waits, and works once Redis is there."""
    port, expired, order = free_port(), Expired(), new_id()
    queue = ExpirationQueue("127.0.0.1", port, expired)

    async with running(queue):
        with pytest.raises(QueueUnavailableError):
            await queue.ping()
        with pytest.raises(QueueUnavailableError):
            await queue.schedule(order, now())
        with servers.redis_server(tmp_path, port):
            await queue.ping()
            await queue.schedule(order, now())
            await until(lambda: expired.orders == [order])


async def test_redis_goes_and_comes_back(tmp_path: Path) -> None:
    """The worker recovers by itself, and what had been scheduled still expires."""
    port, expired, order = free_port(), Expired(), new_id()
    queue = ExpirationQueue("127.0.0.1", port, expired)

    async with running(queue):
        with servers.redis_server(tmp_path, port):
            await queue.schedule(order, now() + timedelta(seconds=2))
        with pytest.raises(QueueUnavailableError):
            await queue.ping()
        with servers.redis_server(tmp_path, port):
            await until(lambda: expired.orders == [order])


async def test_a_redis_that_does_not_answer_is_an_outage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that accepts and is silent, as a frozen one does, holds nobody up for long."""
    monkeypatch.setattr(module, "REDIS_TIMEOUT", 0.1)
    silent = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    queue = ExpirationQueue("127.0.0.1", silent.sockets[0].getsockname()[1], Expired())

    async with asyncio.timeout(60):
        with pytest.raises(QueueUnavailableError):
            await queue.schedule(new_id(), now())

    await queue.close()
    silent.close()
