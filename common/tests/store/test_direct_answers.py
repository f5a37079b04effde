"""The driver's answers are waited for without a task, and otherwise as the driver does it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from pymongo import AsyncMongoClient, network_layer
from pymongo.asynchronous import pool
from pymongo.errors import AutoReconnect, NetworkTimeout

from ticketing_common.store.direct_answers import answer_directly

BLOCKED = 1.5  # seconds until the answer comes after all
OPTIONS: Any = {"directConnection": True, "retryReads": False, "heartbeatFrequencyMS": 500}
Client = AsyncMongoClient[Any]
Block = Callable[[], Awaitable[None]]


@pytest.fixture(params=["the driver's way", "ours"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("async_sendall", "async_receive_message"):
        monkeypatch.setattr(pool, name, getattr(network_layer, name))
    if request.param == "ours":
        answer_directly()


@pytest.fixture
async def client(testing_mongod: str) -> AsyncIterator[Client]:
    async with Client(testing_mongod, **OPTIONS) as client:
        await client.x.things.replace_one({"_id": 1}, {"_id": 1}, upsert=True)
        yield client


@pytest.fixture
async def block(testing_mongod: str) -> AsyncIterator[Block]:
    """`await block()`: the next find is answered late."""
    async with Client(testing_mongod, **OPTIONS) as operator:
        point = {"configureFailPoint": "failCommand"}
        data = {"failCommands": ["find"], "blockConnection": True, "blockTimeMS": BLOCKED * 1000}

        async def block() -> None:
            await operator.admin.command({**point, "mode": {"times": 1}, "data": data})

        yield block


async def found(client: Client) -> Any:
    return await client.x.things.find_one({"_id": 1})


async def test_no_task_for_an_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two or three for each take an eighth of the CPU of a purchase."""
    monkeypatch.setattr(pool, "async_sendall", network_layer.async_sendall)
    monkeypatch.setattr(pool, "async_receive_message", network_layer.async_receive_message)
    loop, made = asyncio.get_running_loop(), 0

    def counting(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
        nonlocal made
        made += coro.__qualname__ in {"PyMongoProtocol.read", "_poll_cancellation"}
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

    assert as_before == 2
    assert made == 0
    assert len(long["text"]) == 100_000


@pytest.mark.usefixtures("way")
async def test_an_answer_that_is_late(testing_mongod: str, client: Client, block: Block) -> None:
    """The operation's own time, or the socket's, is over; the next one is answered."""
    for bound in ("timeoutMS", "socketTimeoutMS"):
        options: Any = {bound: 300}
        async with Client(testing_mongod, **OPTIONS, **options) as hasty:
            await found(hasty)
            await block()
            with pytest.raises(NetworkTimeout, match="timed out"):
                await found(hasty)
            assert (await found(hasty))["_id"] == 1


@pytest.mark.usefixtures("way")
async def test_an_operation_that_the_driver_cancels(client: Client, block: Block) -> None:
    """Where a heartbeat is not answered it gives up what is under way on that server."""
    await block()
    asked = asyncio.create_task(found(client))
    await asyncio.sleep(0.1)  # it is under way
    for server in client._topology._servers.values():
        await server._pool.reset(interrupt_connections=True)
        await server._pool.ready()

    with pytest.raises(AutoReconnect, match="operation cancelled"):
        await asked
    assert (await found(client))["_id"] == 1


@pytest.mark.usefixtures("way")
async def test_a_caller_who_does_not_wait(client: Client, block: Block) -> None:
    """What comes of it all the same is nobody else's answer."""
    await block()
    asked = asyncio.create_task(found(client))
    await asyncio.sleep(0.1)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked

    assert await client.x.things.count_documents({"_id": 7}) == 0
    assert (await found(client))["_id"] == 1
