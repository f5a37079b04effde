"""How far payments are heard of, on a stream of the test's own."""

import asyncio

from ticketing_common.events.gaps import Missing
from ticketing_common.events.stream import Stream
from ticketing_common.settings import NatsSettings
from ticketing_common.timing import Timing
from ticketing_orders.payments_heard import PaymentsHeard

TIMING = Timing.of(2)
BOUND = 60  # seconds


def nothing_missing() -> Missing:
    return Missing(awaited=frozenset())


def connection(url: str) -> Stream:
    settings = NatsSettings(NATS_URL=url, NATS_CLUSTER_ID="ticketing", NATS_CLIENT_ID="test")
    return Stream(settings)


async def beyond(heard: PaymentsHeard, moment: object) -> None:
    async with asyncio.timeout(BOUND):
        while await heard.until() <= moment:  # type: ignore[operator]
            await asyncio.sleep(0.02)
