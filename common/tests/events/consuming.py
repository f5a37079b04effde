"""Listeners that consume, and events for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from common.tests.conftest import Recorder
from ticketing_common.events.catalogue import TicketUpdated
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.stream import Stream
from ticketing_common.tasks import end
from ticketing_common.types import new_id


@asynccontextmanager
async def consuming(stream: Stream, *listeners: Recorder) -> AsyncIterator[list[Consumer]]:
    consumers = [Consumer(listener, stream, DeadLetters(stream)) for listener in listeners]
    tasks = [asyncio.create_task(consumer.run()) for consumer in consumers]
    try:
        yield consumers
    finally:
        await end(tasks)


def event(id: str | None = None, version: int = 1) -> TicketUpdated:
    return TicketUpdated(id=id or new_id(), version=version, title="A", price=1, user_id=new_id())


async def pending(stream: Stream, listener: Recorder) -> int:
    """Messages not yet acknowledged by the listener's service."""
    info = await stream.jetstream.consumer_info(stream.name, listener.durable)
    return (info.num_pending or 0) + (info.num_ack_pending or 0)


async def none_pending(stream: Stream, listener: Recorder) -> bool:
    return await pending(stream, listener) == 0
