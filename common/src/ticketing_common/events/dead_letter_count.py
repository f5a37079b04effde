"""How many dead letters a service has, looked up now and then so that asking costs nothing."""

import asyncio
import logging

from nats.js.errors import NotFoundError

from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.stream import BrokerUnavailableError

logger = logging.getLogger(__name__)

INTERVAL = 5.0  # seconds


class DeadLetterCount:
    """`known` is the number at the last count that succeeded; None before the first."""

    def __init__(self, dead_letters: DeadLetters, queue_group: str) -> None:
        self.dead_letters = dead_letters
        self.queue_group = queue_group
        self.known: int | None = None

    async def run(self) -> None:
        await self.dead_letters.stream.ready.wait()
        while True:
            try:
                self.known = await self.dead_letters.count(self.queue_group)
            except (NotFoundError, BrokerUnavailableError) as error:
                logger.info("dead letters were not counted", extra={"reason": repr(error)})
            await asyncio.sleep(INTERVAL)
