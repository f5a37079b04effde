"""Up to where a database that was put back knows the stream."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI
from nats.js.errors import NotFoundError

from ticketing_common.events.catalogue import owner_of
from ticketing_common.events.connecting import connected
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.marks import moved_back, position_now
from ticketing_common.events.pull import EXPIRES
from ticketing_common.events.stream import Stream
from ticketing_common.restoring.past import NotRestorableError, Past
from ticketing_common.service_command import until_prepared
from ticketing_common.settings import NatsSettings
from ticketing_common.store.position import StreamPosition
from ticketing_common.store.store import Store

PATIENCE = EXPIRES + 5  # seconds until what a service had asked for before it hung has run out


@asynccontextmanager
async def past_of(app: FastAPI, settings: NatsSettings) -> AsyncIterator[Past]:
    """What was published since the backup that is in the service's database now; the database is
    prepared.

    Raises `NotRestorableError` where the service is running, or the stream does not have all of
    that; `NotConnectedError`; and `TimeoutError` where the database does not answer.
    """
    listeners = app.state.listeners
    async with connected(settings) as stream:
        await _require_stopped(stream, listeners)
        await until_prepared(app)
        positions: Store[StreamPosition] = app.state.stores[StreamPosition]
        position = await positions.find_id(StreamPosition.ID)
        here, first_kept = await position_now(stream)
        if position is None:
            position = here.model_copy(update={"last_sequence": 0, "mark": None})
        elif await moved_back(stream, position, (), here):
            raise NotRestorableError("the stream is another one than when the backup was made")
        known = position.last_sequence
        if first_kept > known + 1:
            lost = f"messages {known + 1} to {first_kept - 1}"
            raise NotRestorableError(f"the stream has no {lost} any more, and nor has the backup")
        heard = _heard(position, listeners, first_kept)
        until = await _published(stream, known)
        yield Past(stream, known + 1, heard + 1, here.last_sequence, until)


def _heard(position: StreamPosition, listeners: Iterable[AnyListener], first_kept: int) -> int:
    """Up to which message the backup has surely heard everything that there still is: what was
    discarded since, the service notices itself, and asks for (see `gaps`)."""
    known = [
        position.heard.get(each.durable, 0) for each in listeners if owner_of(each.event.subject)
    ]
    return max(min([position.last_sequence, *known]), first_kept - 1)


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
