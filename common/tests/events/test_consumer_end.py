"""A consumer ends with its connection."""

import asyncio

from common.tests.conftest import Recorder
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.stream import Stream
from ticketing_common.settings import NatsSettings


async def test_a_closed_connection_ends_it(nats_url: str) -> None:
    """nats-py and `wait_for` may lose a cancellation: a consumer that went on trying after the
    connection was closed for good kept the process from ending."""
    settings = NatsSettings(NATS_URL=nats_url, NATS_CLUSTER_ID="test", NATS_CLIENT_ID="test")
    stream = Stream(settings)
    await stream.connect()
    consumer = asyncio.create_task(Consumer(Recorder(), stream, DeadLetters(stream)).run())
    await asyncio.sleep(0)

    await stream.close()

    async with asyncio.timeout(60):
        await consumer
