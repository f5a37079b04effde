"""What a service hears again, message by message."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from ticketing_common.errors import (
    DatabaseConnectionError,
    ServiceUnavailableError,
    VersionConflictError,
)
from ticketing_common.events.delivery import HANDLING_TIMEOUT
from ticketing_common.events.event import Event
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.message import is_republished
from ticketing_common.events.stream import BrokerUnavailableError, Stream
from ticketing_common.logs import reason
from ticketing_common.store.retry import retrying

AT_ONCE = 64  # messages read, and then handled, at a time
TRIES, PAUSE = 6, 1.0  # to read a message while NATS is away: with pauses of 1, 2, 4, 8, 16 s
PROGRESS = 30.0  # seconds between two words on how far it has come

logger = logging.getLogger(__name__)

Hear = Callable[[Any, datetime | None], Awaitable[object]]
Hearing = Mapping[type[Event], Hear]


class NotRestorableError(Exception):
    """It can't be had, or not all of it; the text says why."""


@dataclass
class Outcome:
    """How many messages were heard again, by subject; and what a person has to see to, a sentence
    each."""

    heard: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        heard = ", ".join(f"{count} {subject}" for subject, count in sorted(self.heard.items()))
        return f"heard again: {heard or 'nothing'}; {len(self.left_out)} left out"


@dataclass
class Past:
    """What the backup may not know: of the service's own messages those from number `told` on, of
    others' those from `heard`, up to `last`. When the one before `told` was published is in
    `known_until`, None where nothing says so any more."""

    stream: Stream
    told: int
    heard: int
    last: int
    known_until: datetime | None
    outcome: Outcome = field(default_factory=Outcome)

    async def of_its_own(self, hearing: Hearing) -> None:
        """Hand each message to whom it is for, with the moment it was published; that is None
        where it was published again. What is told of one ticket, or of its orders, is handed on
        in its order, of several side by side.

        Raises `NotRestorableError` for what can't be taken over: its numbers would be handed out
        again. Raises `ServiceUnavailableError` where the store or NATS does not answer.
        """
        await self._tell(self.told, hearing, self._refuse)

    async def of_others(self, hearing: Hearing) -> None:
        """The same, but for what can't be handled, which is left out."""
        await self._tell(self.heard, hearing, self.outcome.left_out.append)

    def _refuse(self, why: str) -> None:
        raise NotRestorableError(why)

    async def _tell(self, begin: int, hearing: Hearing, failed: Callable[[str], None]) -> None:
        subjects = {str(event.subject): event for event in hearing}
        said = time.monotonic()
        for first in range(begin, self.last + 1, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, self.last + 1))
            messages = await asyncio.gather(*map(self._read, numbers))
            about: dict[str, list[_Told]] = {}
            for message in filter(None, messages):
                if told := self._parse(subjects.get(message.subject or ""), message):
                    about.setdefault(told.about, []).append(told)
            await asyncio.gather(*(self._hand_on(each, hearing, failed) for each in about.values()))
            if time.monotonic() - said > PROGRESS:
                said = time.monotonic()
                logger.warning("at message %d of %d to %d", first, begin, self.last)

    async def _read(self, number: int) -> RawStreamMsg | None:
        for again in range(TRIES):
            try:
                return await self.stream.jetstream.get_msg(self.stream.name, number)
            except NotFoundError:
                first_kept = (await self.stream.info()).state.first_seq
                if number < first_kept:
                    raise NotRestorableError(f"message {number} was discarded meanwhile") from None
                self.outcome.left_out.append(f"message {number}, which was deleted")
                return None
            except BrokerUnavailableError:
                await asyncio.sleep(PAUSE * 2**again)
        raise BrokerUnavailableError

    def _parse(self, kind: type[Event] | None, message: RawStreamMsg) -> "_Told | None":
        """What nobody can read, nobody has taken over."""
        if kind is None:
            return None
        try:
            event = kind.model_validate_json(message.data or b"")
        except ValidationError as error:
            self.outcome.left_out.append(f"message {message.seq} can't be read: {reason(error)}")
            return None
        return _Told(event, None if is_republished(message.headers or {}) else message.time)

    async def _hand_on(
        self, messages: "list[_Told]", hearing: Hearing, failed: Callable[[str], None]
    ) -> None:
        for event, at in messages:
            hear = partial(hearing[type(event)], event, at)
            try:
                async with asyncio.timeout(HANDLING_TIMEOUT):
                    await retrying(hear)
                self.outcome.heard[str(event.subject)] += 1
            except TimeoutError:
                raise DatabaseConnectionError from None
            except (ServiceUnavailableError, VersionConflictError):
                raise
            except Exception as error:  # noqa: BLE001 - which of them, it says
                failed(f"{event.subject}/{event.key}: {reason(error)}")


class _Told(NamedTuple):
    event: Any
    at: datetime | None

    @property
    def about(self) -> str:
        """The ticket, or else the document: what is told of a ticket and of its orders has an
        order."""
        about = getattr(self.event, "ticket", self.event)
        return str(getattr(about, "id", None) or self.event.order_id)


def by_listeners(listeners: Iterable[AnyListener]) -> Hearing:
    def hearing(listener: AnyListener) -> Hear:
        return lambda event, _: listener.on_message(event)

    return {listener.event: hearing(listener) for listener in listeners}
