"""One operation of the driver, with its time limits and its retries."""

import asyncio
from collections.abc import Callable
from typing import Any

from pymongo.errors import AutoReconnect, NetworkTimeout, ServerSelectionTimeoutError

from infra.tests.simulation.loop import OWNER
from infra.tests.simulation.mongo.replica_set import (
    ConnectionLostError,
    NoPrimaryError,
    ReplicaSet,
)

OPERATION_TIMEOUT = 4.0  # seconds: `store.database`'s timeoutMS
SELECTION_TIMEOUT = 3.0  # seconds: its serverSelectionTimeoutMS
SELECTION_INTERVAL = 0.1


async def ask(
    members: ReplicaSet,
    execute: Callable[[], Any],
    commits: bool = False,
    retryable: bool = True,
) -> Any:
    """One operation: found a primary for, timed, and tried again once, as the driver does."""
    deadline = asyncio.get_running_loop().time() + OPERATION_TIMEOUT
    tried = False
    while True:
        try:
            return await _try(members, execute, commits, deadline)
        except NoPrimaryError:
            await _primary(members, deadline)
        except ConnectionLostError as error:
            if tried or not retryable:
                raise AutoReconnect("connection closed") from error
            tried = True


async def _primary(members: ReplicaSet, deadline: float) -> None:
    loop = asyncio.get_running_loop()
    give_up = loop.time() + SELECTION_TIMEOUT
    while not members.up:
        if loop.time() > deadline:
            raise NetworkTimeout("timed out")
        if loop.time() > give_up:
            raise ServerSelectionTimeoutError("No primary available for writes")
        await asyncio.sleep(SELECTION_INTERVAL)


async def _try(
    members: ReplicaSet, execute: Callable[[], Any], commits: bool, deadline: float
) -> Any:
    loop = asyncio.get_running_loop()
    reply: asyncio.Future[Any] = loop.create_future()

    def fail(error: Exception) -> None:
        if not reply.done():
            reply.set_exception(error)

    def succeed(value: Any) -> None:
        if not reply.done():
            reply.set_result(value)

    def run(answer: Callable[[Callable[[], None]], None]) -> None:
        try:
            value = execute()
        except Exception as error:  # noqa: BLE001 - a refusal travels back to who asked
            refusal = error
            answer(lambda: fail(refusal))
            return
        if commits:
            members.when_committed(lambda: answer(lambda: succeed(value)))
        else:
            answer(lambda: succeed(value))

    hang_up = members.request(OWNER.get().name, run, fail)
    timer = loop.call_at(deadline, lambda: fail(NetworkTimeout("timed out")))
    try:
        return await reply
    finally:
        timer.cancel()
        hang_up()
