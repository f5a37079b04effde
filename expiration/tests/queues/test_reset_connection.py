"""uvloop's RuntimeError of a connection that was reset while it was written to."""

from typing import Any

import pytest
from redis.asyncio.connection import AbstractConnection

from expiration.tests.queues.worker import Expired, running, until
from ticketing_common.types import new_id, now
from ticketing_expiration.queues.expiration_queue import ExpirationQueue, QueueUnavailableError


async def test_a_reset_connection_is_an_outage(
    redis_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited out like any other: no message is to blame, and the worker goes on."""
    expired, order, resets = Expired(), new_id(), 0
    queue = ExpirationQueue("127.0.0.1", redis_port, expired)

    async def reset(*_: Any, **__: Any) -> None:
        nonlocal resets
        resets += 1
        raise RuntimeError("unable to perform operation; the handler is closed")

    with monkeypatch.context() as cut:
        cut.setattr(AbstractConnection, "send_packed_command", reset)
        with pytest.raises(QueueUnavailableError):
            await queue.ping()
        with pytest.raises(QueueUnavailableError):
            await queue.schedule(order, now())
        before = resets
        async with running(queue):
            await until(lambda: resets > before + 1)
            cut.undo()
            await queue.schedule(order, now())
            await until(lambda: expired.orders == [order])
