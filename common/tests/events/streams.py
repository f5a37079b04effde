"""What happens to a stream: it is filled, limited, away, and used by others."""

import asyncio
from contextlib import suppress

from common.tests.conftest import connection
from common.tests.events.consuming import event
from ticketing_common.events.message import Message
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.stream import BrokerUnavailableError, Stream


async def connected(stream: Stream) -> None:
    """Again, after its server was away."""
    async with asyncio.timeout(60):
        while True:
            with suppress(BrokerUnavailableError):
                await stream.ping()
                return
            await asyncio.sleep(0.05)


async def connection_of_another(url: str) -> None:
    other = connection(url)
    await other.connect()
    await other.publish("order:created", b"{}", {})
    await other.close()


async def keep(stream: Stream, messages: int) -> None:
    """Let the stream reach its limit: it keeps so many."""
    config = (await stream.info()).config
    config.max_msgs = messages
    await stream.jetstream.update_stream(config)


async def publish(stream: Stream, count: int) -> set[str]:
    events = [event() for _ in range(count)]
    outcomes = await Publisher(stream).send([Message.of(each) for each in events])
    assert not any(outcomes)
    return {each.id for each in events}
