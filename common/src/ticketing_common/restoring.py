"""Bringing one service's database back from a backup, while all the others stay as they are.

What was told since the backup is known elsewhere: numbers that this database would hand out again
are taken for old news there, and what it has forgotten is not asked for. So before the service
starts, it hears again what the stream has of that time, in two passes:

    the stream    ... 4710 | 4711 ......................................... 9034
                  backup's | 1. its own events: each carries the whole state of a document, which
                  position |    becomes that again, with the version that was told of it
                           | 2. the others' events, by its listeners, to whom much of it is old

Whatever is missing then was never told to anybody. Safe to run again: nothing older than what is
stored is taken over.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from ticketing_common.errors import ServiceUnavailableError, VersionConflictError
from ticketing_common.events.connecting import connected
from ticketing_common.events.event import Event
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.marks import moved_back, position_now
from ticketing_common.events.pull import EXPIRES
from ticketing_common.events.stream import Stream
from ticketing_common.logs import reason
from ticketing_common.service_command import until_prepared
from ticketing_common.settings import NatsSettings
from ticketing_common.store.position import StreamPosition
from ticketing_common.store.retry import retrying
from ticketing_common.store.store import Store

AT_ONCE = 64  # messages read, and then handled, at a time
PATIENCE = EXPIRES + 5  # seconds until what a service had asked for before it hung has run out

Hear = Callable[[Any], Awaitable[object]]
Hearing = Mapping[type[Event], Hear]


class NotRestorableError(Exception):
    """The stream can't tell all that happened since the backup; the text says why."""


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
    """The messages of the stream that a backup may not know, from `first` to `last`; `begun` is
    when the one before them was published, None where that is not known any more."""

    stream: Stream
    first: int
    last: int
    begun: datetime | None
    outcome: Outcome = field(default_factory=Outcome)

    async def tell(self, hearing: Hearing) -> None:
        """Hand each message to whom it is for. One document's are handed on one after the other,
        as they were published; several documents' side by side.

        What can't be read or handled is left out. Raises `ServiceUnavailableError` where the store
        or NATS does not answer.
        """
        subjects = {str(event.subject): event for event in hearing}
        for first in range(self.first, self.last + 1, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, self.last + 1))
            messages = await asyncio.gather(*map(self._read, numbers))
            by_document: dict[str, list[Event]] = {}
            for message in messages:
                kind = subjects.get(message.subject or "") if message else None
                event = self._parse(kind, message) if kind and message else None
                if event:
                    by_document.setdefault(_document(event), []).append(event)
            await asyncio.gather(*(self._hand_on(each, hearing) for each in by_document.values()))

    async def _read(self, number: int) -> RawStreamMsg | None:
        try:
            return await self.stream.jetstream.get_msg(self.stream.name, number)
        except NotFoundError:  # deleted by somebody
            return None

    def _parse(self, kind: type[Event], message: RawStreamMsg) -> Event | None:
        try:
            return kind.model_validate_json(message.data or b"")
        except ValidationError as error:
            self.outcome.left_out.append(f"message {message.seq} can't be read: {reason(error)}")
            return None

    async def _hand_on(self, events: list[Event], hearing: Hearing) -> None:
        for event in events:
            hear = hearing[type(event)]
            try:
                await retrying(lambda hear=hear, event=event: hear(event))  # type: ignore[misc]
                self.outcome.heard[str(event.subject)] += 1
            except (ServiceUnavailableError, VersionConflictError):
                raise
            except Exception as error:  # noqa: BLE001 - the others are heard all the same
                self.outcome.left_out.append(f"{event.subject}/{event.key}: {reason(error)}")


def by_listeners(listeners: Iterable[AnyListener]) -> Hearing:
    return {listener.event: listener.on_message for listener in listeners}


@asynccontextmanager
async def past_of(app: FastAPI, settings: NatsSettings) -> AsyncIterator[Past]:
    """What was published since the backup that is in the service's database now; the database is
    prepared.

    Raises `NotRestorableError` where the service is running, or the stream does not have all of
    that; `NotConnectedError`; and `TimeoutError` where the database does not answer.
    """
    async with connected(settings) as stream:
        await _require_stopped(stream, app.state.listeners)
        await until_prepared(app)
        yield await _past(stream, app.state.stores[StreamPosition], app.state.listeners)


async def _past(
    stream: Stream, positions: Store[StreamPosition], listeners: Iterable[AnyListener]
) -> Past:
    here, first_kept = await position_now(stream)
    position = await positions.find_id(StreamPosition.ID)
    if position is None:
        if first_kept > 1:
            raise NotRestorableError("the database does not say up to where it knows the stream")
        return Past(stream, first_kept, here.last_sequence, None)
    if await moved_back(stream, position, (), here):
        raise NotRestorableError("the stream is another one than when the backup was made")
    known = {each.durable for each in listeners}
    heard = [number for name, number in position.heard.items() if name in known]
    before = min([position.last_sequence, *heard])
    if first_kept > before + 1:
        lost = f"messages {before + 1} to {first_kept - 1}"
        raise NotRestorableError(f"the stream has no {lost} any more, which the backup is without")
    return Past(stream, before + 1, here.last_sequence, await _published(stream, before))


async def _require_stopped(stream: Stream, listeners: Iterable[AnyListener]) -> None:
    """Raise `NotRestorableError` where a replica of the service asks for messages."""
    try:
        async with asyncio.timeout(PATIENCE):
            while await _waiting(stream, listeners):
                await asyncio.sleep(0.5)
    except TimeoutError:
        raise NotRestorableError("the service is running: stop all its replicas first") from None


async def _waiting(stream: Stream, listeners: Iterable[AnyListener]) -> bool:
    for listener in listeners:
        try:
            info = await stream.jetstream.consumer_info(stream.name, listener.durable)
        except NotFoundError:
            continue
        if info.num_waiting:
            return True
    return False


async def _published(stream: Stream, number: int) -> datetime | None:
    try:
        message = await stream.jetstream.get_msg(stream.name, number) if number else None
    except NotFoundError:
        return None
    return message.time if message else None


def _document(event: Any) -> str:
    """Of orders, whose ticket: what is told of that comes before what is told of its orders."""
    about = getattr(event, "ticket", event)
    return str(getattr(about, "id", None) or event.order_id)
