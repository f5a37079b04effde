"""A consumer ends with its connection."""

import asyncio

from common.tests.conftest import Recorder, connection
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters


async def test_a_closed_connection_ends_it(nats_url: str, stream_name: str) -> None:
    """nats-py and `wait_for` may lose a cancellation: a consumer that went on trying after the
    connection was closed for good kept the process from ending."""
    stream = connection(nats_url, stream_name)
    await stream.connect()
    consumer = asyncio.create_task(Consumer(Recorder(), stream, DeadLetters(stream)).run())
    await asyncio.sleep(0)

    await stream.close()

    async with asyncio.timeout(60):
        await consumer
