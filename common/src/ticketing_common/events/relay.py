"""From the outbox to the stream."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from itertools import zip_longest
from typing import Any

from ticketing_common.errors import ServiceUnavailableError
from ticketing_common.events.confirms import NotStoredError, Outcome, RefusedError
from ticketing_common.events.held import Held
from ticketing_common.events.message import Message
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.refusals import Refusals
from ticketing_common.events.stream import BrokerUnavailableError
from ticketing_common.logs import reason
from ticketing_common.store.outbox import SLICE, Outbox, Pending
from ticketing_common.tasks import side_by_side

logger = logging.getLogger(__name__)

POLL_INTERVAL = 1.0  # seconds between two looks at what is stored
PAGE = 200  # documents a look
FIRST_DELAY, LONGEST_DELAY = 1.0, 10.0  # seconds until another try, where one failed


class Relay:
    """Publishes what is pending in one outbox. Every replica of a service runs one, none leads: the
    stream and the listeners recognize a message that two of them published.

    What this process saves is published at once, out of memory. Every second what was published by
    then is removed from the outbox, all in one write, and what is still there is published:
    another replica left it behind. A document whose message is not taken is held, see `Refusals`;
    those of all others are published meanwhile.
    """

    def __init__(self, outbox: Outbox, publisher: Publisher, owner: str = "") -> None:
        self.outbox = outbox
        self.publisher = publisher
        self.held = Held()
        self.refusals = Refusals(outbox, publisher, self.held, owner or outbox.name)
        self._published: dict[str, Pending] = {}  # by message id: those not yet removed
        self._publishing = asyncio.Lock()  # or both loops could publish the same

    async def run(self) -> None:
        await self.publisher.stream.ready.wait()
        steps = (self._publish_new, self._poll, self.refusals.retry)
        await side_by_side(*map(self._for_ever, steps))

    async def drain(self) -> bool:
        """Publish a page of what is stored and remove it; return whether there may be more."""
        await self._remove_published()  # or it would be read again
        page = await self.outbox.pending(PAGE, but=self.held.documents())
        for each in page:
            if each.unreadable:
                self.held.add_due(each.document)
        moved = await self._publish(page)
        await self._remove_published()
        full = len(page) == PAGE or any(len(each.messages) == SLICE for each in page)
        return moved and full

    async def _for_ever(self, step: Callable[[], Awaitable[None]]) -> None:
        delay = FIRST_DELAY
        while True:
            try:
                await step()
                delay = FIRST_DELAY
            except ServiceUnavailableError as error:
                logger.warning(
                    "publishing again soon",
                    extra={"outbox": self.outbox.name, "reason": reason(error)},
                )
                await asyncio.sleep(delay)
                delay = min(delay * 2, LONGEST_DELAY)

    async def _publish_new(self) -> None:
        await self.outbox.wait()
        await self._publish(self.outbox.take_new())  # what fails is in the store still

    async def _poll(self) -> None:
        if not await self.drain():
            await asyncio.sleep(POLL_INTERVAL)

    async def _publish(self, page: Iterable[Pending]) -> bool:
        async with self._publishing:
            return await self._publish_page(page)

    async def _publish_page(self, page: Iterable[Pending]) -> bool:
        """Publish all of it that is not held; return whether any was, or is held from now on.

        Raises `BrokerUnavailableError` where the broker does not answer.
        """
        moved = False
        # One document's messages go in their order, so that a listener seldom sees it reversed.
        for turn in zip_longest(*map(_messages, page)):
            messages = [each for each in turn if each and self._is_due(*each)]
            outcomes = await self.publisher.send([message for _, message in messages])
            if not any(outcome is None for outcome in outcomes):
                await self._require_broker(outcomes)
            for (document, message), outcome in zip(messages, outcomes, strict=True):
                if outcome is None:
                    self._published[message.id] = Pending(document, [message])
                else:
                    self.refusals.hold(document, message, outcome)
                moved = moved or outcome is None or document in self.held
        return moved

    async def _require_broker(self, outcomes: Iterable[Outcome]) -> None:
        """Raise `BrokerUnavailableError` where these failed of the broker, not of themselves."""
        failures = [each for each in outcomes if each and not isinstance(each, RefusedError)]
        for failure in failures:
            if isinstance(failure, NotStoredError):
                raise BrokerUnavailableError from failure
        if failures:
            await self.publisher.stream.ping()

    def _is_due(self, document: Any, message: Message) -> bool:
        return document not in self.held and message.id not in self._published

    async def _remove_published(self) -> None:
        published = dict(self._published)
        if published:
            await self.outbox.remove(published.values())
        for id in published:
            self._published.pop(id, None)


def _messages(pending: Pending) -> list[tuple[Any, Message]]:
    return [(pending.document, message) for message in pending.messages]
