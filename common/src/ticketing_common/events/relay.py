"""From the outbox to the stream."""

import asyncio
import logging

from ticketing_common.errors import ServiceUnavailableError
from ticketing_common.events.publisher import Publisher
from ticketing_common.logs import reason
from ticketing_common.store.outbox import Outbox, Waiting

logger = logging.getLogger(__name__)

POLL_INTERVAL = 1.0  # seconds between looks for news that others left behind
PAGE = 200  # documents a look


class Relay:
    """Publishes what waits in one outbox. Every replica of a service runs one, none leads:
    what two of them publish is the same message, which the stream and the listeners tell."""

    def __init__(self, outbox: Outbox, publisher: Publisher) -> None:
        self.outbox = outbox
        self.publisher = publisher

    async def run(self) -> None:
        await self.publisher.stream.ready.wait()
        delay = POLL_INTERVAL
        while True:
            try:
                while await self.drain() == PAGE:
                    pass
                delay = POLL_INTERVAL
            except ServiceUnavailableError as error:
                logger.warning(
                    "news is waiting",
                    extra={"outbox": self.outbox.name, "reason": reason(error)},
                )
                await asyncio.sleep(delay)
                delay = min(delay * 2, 10.0)
            await self.outbox.news(timeout=POLL_INTERVAL)

    async def drain(self) -> int:
        """Publish one page of waiting news; return how many documents had some."""
        page = await self.outbox.waiting(PAGE)
        sent = await asyncio.gather(*map(self._publish, page), return_exceptions=True)
        for failure in filter(None, sent):
            raise failure
        return len(page)

    async def _publish(self, waiting: Waiting) -> None:
        # One document's news goes in its order, so that a listener seldom sees it reversed.
        for message in waiting.messages:
            await self.publisher.send(message)
        await self.outbox.published(waiting.document, [message.id for message in waiting.messages])
