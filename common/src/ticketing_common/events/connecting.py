"""A connection to NATS for a command: there within bounds, or an answer why not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ticketing_common.events.stream import Stream
from ticketing_common.settings import NatsSettings

CONNECT_TIMEOUT = 10.0  # seconds


class NotConnectedError(Exception):
    """NATS does not answer, or does not let this user in; the text says which."""


@asynccontextmanager
async def connected(settings: NatsSettings) -> AsyncIterator[Stream]:
    """The stream, closed in the end. Raises `NotConnectedError`."""
    stream = Stream(settings)
    try:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await stream.connect()
        except TimeoutError:
            what = f"refuses this user ({stream.refusal})" if stream.refusal else "does not answer"
            raise NotConnectedError(f"NATS {what} at {settings.NATS_URL}") from None
        yield stream
    finally:
        await stream.close()
