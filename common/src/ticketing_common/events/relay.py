"""From the outbox to the stream."""

import asyncio
import logging
import time
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

POLL_INTERVAL = 1.0  # seconds between two polls for what other replicas left behind
PAGE = 200  # documents a poll
LINGER = 0.1  # seconds before what is published is removed, together with what comes meanwhile
FIRST_DELAY, LONGEST_DELAY = 1.0, 10.0  # seconds until another try, where one failed


class Relay:
    """Publishes what is pending in one outbox. Every replica of a service runs one, none leads: the
    stream and the listeners recognize a message that two of them published.

    What has just been saved goes first. A document whose message is not taken is held, see
    `Refusals`; those of all others are published meanwhile.
    """

    def __init__(self, outbox: Outbox, publisher: Publisher, owner: str = "") -> None:
        self.outbox = outbox
        self.publisher = publisher
        self.held = Held()
        self.refusals = Refusals(outbox, publisher, self.held, owner or outbox.name)
        self._published: dict[str, Pending] = {}  # by message id: those not yet removed
        self._has_published = asyncio.Event()
        self._next_poll = 0.0  # on the monotonic clock

    async def run(self) -> None:
        await self.publisher.stream.ready.wait()
        steps = (self._publish, self._clean_up, self.refusals.retry)
        await side_by_side(*map(self._for_ever, steps))

    async def drain(self) -> bool:
        """Publish a page of what is stored and remove it; return whether there may be more."""
        await self._remove_published()  # or it would be read again
        page = await self.outbox.pending(PAGE, but=self.held.documents())
        for each in page:
            if each.unreadable:
                self.held.add_due(each.document)
        moved = await self._publish_page(page)
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
                self._next_poll = 0.0  # for what was new, and is only in the store now
                await asyncio.sleep(delay)
                delay = min(delay * 2, LONGEST_DELAY)

    async def _publish(self) -> None:
        await self._publish_page(self.outbox.take_new())
        if time.monotonic() >= self._next_poll:
            if await self.drain():
                return  # what is new by now goes before the next page
            self._next_poll = time.monotonic() + POLL_INTERVAL
        await self.outbox.wait(timeout=self._next_poll - time.monotonic())

    async def _clean_up(self) -> None:
        await self._has_published.wait()
        await asyncio.sleep(LINGER)
        self._has_published.clear()
        await self._remove_published()

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
                    self._has_published.set()
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
