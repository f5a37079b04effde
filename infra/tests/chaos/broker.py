"""The harness's own way to NATS, past the proxies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from infra.tests.chaos.stack import ChaosStack
from ticketing_local.harness import operators_nats

STREAM = "ticketing"
UNREACHABLE = (NatsError, TimeoutError, OSError)  # what asking it raises while it is away


@asynccontextmanager
async def jetstream(stack: ChaosStack, timeout: float = 10.0) -> AsyncIterator[JetStreamContext]:
    """A connection for a few questions. Raises one of `UNREACHABLE`."""
    client = await nats.connect(
        operators_nats(stack.data, stack.port("nats")),
        connect_timeout=1,
        allow_reconnect=False,
        error_cb=_ignore,
    )
    try:
        yield client.jetstream(timeout=timeout)
    finally:
        await client.close()


async def _ignore(_: Exception) -> None:
    """It is raised where the question is asked, too."""
