"""The driver's answers are waited for without a task, and otherwise as the driver does it."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pymongo
import pytest
import uvloop
from pymongo import AsyncMongoClient, network_layer
from pymongo.asynchronous import pool
from pymongo.errors import AutoReconnect, NetworkTimeout

from ticketing_common.store.direct_answers import answer_directly

# One connection, beside those of the monitor, which asks for nothing while a test runs.
OPTIONS: Any = {"directConnection": True, "retryReads": False, "maxPoolSize": 1}
Client = AsyncMongoClient[Any]
Block = Callable[[float], Awaitable[None]]


@pytest.fixture(params=["the driver's way", "ours"])
def way(request: pytest.FixtureRequest, driver_s_way: None) -> None:
    if request.param == "ours":
        answer_directly()


@pytest.fixture
def driver_s_way(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("async_sendall", "async_receive_message"):
        monkeypatch.setattr(pool, name, getattr(network_layer, name))


@pytest.fixture
async def client(testing_mongod: str) -> AsyncIterator[Client]:
    async with Client(testing_mongod, **OPTIONS) as client:
        await client.x.things.replace_one({"_id": 1}, {"_id": 1}, upsert=True)
        yield client


@pytest.fixture
async def block(testing_mongod: str) -> AsyncIterator[Block]:
    """`await block(seconds)`: the next find is answered so late."""
    async with Client(testing_mongod, **OPTIONS) as operator:
        point = {"configureFailPoint": "failCommand", "mode": {"times": 1}}

        async def block(seconds: float) -> None:
            data = {"failCommands": ["find"], "blockConnection": True, "blockTimeMS": seconds * 1e3}
            await operator.admin.command({**point, "data": data})

        yield block


async def found(client: Client) -> Any:
    return await client.x.things.find_one({"_id": 1})


def pool_of(client: Client) -> Any:
    (server,) = client._topology._servers.values()
    return server._pool


@pytest.mark.usefixtures("driver_s_way")
async def test_no_task_for_an_answer(client: Client) -> None:
    """Two or three for each take an eighth of the CPU of a purchase."""
    loop, test, made = asyncio.get_running_loop(), asyncio.current_task(), 0

    def counting(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
        nonlocal made
        made += asyncio.current_task() is test  # and not the monitor
        return asyncio.Task(coro, loop=loop, **options)

    loop.set_task_factory(counting)
    try:
        await found(client)
        as_before, made = made, 0
        answer_directly()
        await client.x.things.update_one({"_id": 1}, {"$set": {"text": "x" * 100_000}})
        long = await found(client)
    finally:
        loop.set_task_factory(None)

    assert as_before >= 2
    assert made == 0
    assert len(long["text"]) == 100_000


@pytest.mark.usefixtures("driver_s_way")
@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_no_garbage_for_an_answer(testing_mongod: str, run: Callable[..., int]) -> None:
    """What holds itself is left to the collector, which is told to come seldom."""
    answer_directly()

    async def left() -> int:
        async with Client(testing_mongod, **OPTIONS) as client:
            await found(client)
            gc.collect()
            gc.disable()
            try:
                for _ in range(20):
                    await found(client)
                return gc.collect()
            finally:
                gc.enable()

    assert run(left()) == 0


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("bound", ["timeoutMS", "socketTimeoutMS"])
async def test_an_answer_that_is_late(
    testing_mongod: str, client: Client, block: Block, bound: str
) -> None:
    """The operation's own time, or the socket's, is over; the next one is answered."""
    options: Any = {bound: 150}
    async with Client(testing_mongod, **OPTIONS, **options) as hasty:
        await found(hasty)
        await block(0.4)  # sooner than one looks whether it has been cancelled
        with pytest.raises(NetworkTimeout, match="timed out"):
            await found(hasty)
        assert (await found(hasty))["_id"] == 1


@pytest.mark.usefixtures("way")
async def test_one_s_time_is_not_the_next_one_s(client: Client, block: Block) -> None:
    """Nobody looks after an operation that is over, where its connection serves another."""
    await block(0.4)
    with pymongo.timeout(0.2):
        await client.x.things.count_documents({"_id": 1})

    assert (await found(client))["_id"] == 1


@pytest.mark.usefixtures("driver_s_way")
def test_an_answer_that_came_while_nothing_ran(testing_mongod: str) -> None:
    """It is taken though its time is over, and its connection serves on. (By the driver's way it
    depends on which of its tasks comes first.)"""
    answer_directly()

    async def stalled() -> None:
        async with Client(testing_mongod, **OPTIONS, socketTimeoutMS=1000) as client:
            await client.x.things.replace_one({"_id": 1}, {"_id": 1}, upsert=True)
            find = client.x.things.find_one({"_id": 1, "$where": "sleep(100) || true"})
            asked: asyncio.Task[Any] = asyncio.create_task(find)
            await asyncio.sleep(0.05)  # it is under way
            time.sleep(1.5)  # noqa: ASYNC251 - the whole process stands still
            assert (await asked)["_id"] == 1

            (connection,) = pool_of(client).conns
            assert not connection.conn.is_closing()
            assert await client.x.things.count_documents({"_id": 7}) == 0

    uvloop.run(stalled())  # as services do; asyncio's own reads no whole answer at once


@pytest.mark.usefixtures("way")
async def test_an_operation_that_the_driver_cancels(client: Client, block: Block) -> None:
    """Where a heartbeat is not answered it gives up what is under way on that server."""
    await block(0.9)
    asked = asyncio.create_task(found(client))
    await asyncio.sleep(0.1)  # it is under way
    await pool_of(client).reset(interrupt_connections=True)
    await pool_of(client).ready()

    with pytest.raises(AutoReconnect, match="operation cancelled"):
        await asked
    assert (await found(client))["_id"] == 1


@pytest.mark.usefixtures("way")
async def test_a_connection_that_was_cancelled_before(client: Client, block: Block) -> None:
    """As one is that was still being made when the driver gave the server up."""
    await block(0.4)
    (connection,) = pool_of(client).conns
    connection.cancel_context.cancel()

    with pytest.raises(AutoReconnect, match="operation cancelled"):
        await found(client)


@pytest.mark.usefixtures("way")
async def test_a_caller_who_does_not_wait(client: Client, block: Block) -> None:
    """What comes of it all the same is nobody else's answer."""
    await block(0.4)
    asked = asyncio.create_task(found(client))
    await asyncio.sleep(0.1)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked

    assert await client.x.things.count_documents({"_id": 7}) == 0
    assert (await found(client))["_id"] == 1
