"""From the outbox to the stream."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from itertools import zip_longest
from typing import Any

from ticketing_common.errors import ServiceUnavailableError
from ticketing_common.events.message import Message
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.stream import BrokerUnavailableError
from ticketing_common.logs import reason
from ticketing_common.store.outbox import SLICE, Outbox, Waiting

logger = logging.getLogger(__name__)

POLL_INTERVAL = 1.0  # seconds between looks for news that others left behind
PAGE = 200  # documents a look
LINGER = 0.1  # seconds before published news is taken out, together with what comes meanwhile
FIRST_DELAY, LONGEST_DELAY = 1.0, 10.0  # seconds until another try, where one failed


class Relay:
    """Publishes what waits in one outbox. Every replica of a service runs one, none leads:
    what two of them publish is the same message, which the stream and the listeners tell."""

    def __init__(self, outbox: Outbox, publisher: Publisher) -> None:
        self.outbox = outbox
        self.publisher = publisher
        self._told: dict[str, Waiting] = {}  # by message id: published, and not yet taken out
        self._has_told = asyncio.Event()
        self._look_at = 0.0  # on the monotonic clock

    async def run(self) -> None:
        await self.publisher.stream.ready.wait()
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._for_ever(self._publish))
            loops.create_task(self._for_ever(self._tidy))

    async def drain(self) -> bool:
        """Publish a page of what is stored and take it out; return whether there may be more."""
        await self._take_out()  # or it would be read again
        self.outbox.fresh()  # is among what is stored
        page = await self.outbox.waiting(PAGE)
        await self._tell(page)
        await self._take_out()
        return len(page) == PAGE or any(len(each.messages) == SLICE for each in page)

    async def _for_ever(self, step: Callable[[], Awaitable[None]]) -> None:
        delay = FIRST_DELAY
        while True:
            try:
                await step()
                delay = FIRST_DELAY
            except ServiceUnavailableError as error:
                logger.warning(
                    "news is waiting",
                    extra={"outbox": self.outbox.name, "reason": reason(error)},
                )
                self._look_at = 0.0  # for what was fresh, and is only in the store now
                await asyncio.sleep(delay)
                delay = min(delay * 2, LONGEST_DELAY)

    async def _publish(self) -> None:
        if time.monotonic() < self._look_at:
            await self._tell(self.outbox.fresh())
        else:
            while await self.drain():
                pass
            self._look_at = time.monotonic() + POLL_INTERVAL
        await self.outbox.news(timeout=self._look_at - time.monotonic())

    async def _tidy(self) -> None:
        await self._has_told.wait()
        await asyncio.sleep(LINGER)
        self._has_told.clear()
        await self._take_out()

    async def _tell(self, page: Iterable[Waiting]) -> None:
        """Publish all of it; raise a failure, if there is one, after the rest."""
        failures: dict[Any, Exception] = {}  # by document
        # One document's news goes in its order, so that a listener seldom sees it reversed.
        for turn in zip_longest(*map(_letters, page)):
            letters = [each for each in turn if each and each[0] not in failures]
            outcomes = await self.publisher.send([message for _, message in letters])
            for (document, message), failure in zip(letters, outcomes, strict=True):
                if failure:
                    failures[document] = failure
                else:
                    self._told[message.id] = Waiting(document, [message])
                    self._has_told.set()
        if failures:
            raise BrokerUnavailableError from next(iter(failures.values()))

    async def _take_out(self) -> None:
        told = dict(self._told)
        if told:
            await self.outbox.published(told.values())
        for id in told:
            self._told.pop(id, None)


def _letters(waiting: Waiting) -> list[tuple[Any, Message]]:
    return [(waiting.document, message) for message in waiting.messages]
