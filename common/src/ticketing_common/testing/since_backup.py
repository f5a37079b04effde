"""A stream, and a database that was backed up at some moment of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar

from ticketing_common.events.catalogue import OrderCreated, OrderStatus, ReservedTicket
from ticketing_common.events.event import Event
from ticketing_common.events.marks import position_now
from ticketing_common.events.message import Message
from ticketing_common.events.stream import Stream
from ticketing_common.settings import NatsSettings
from ticketing_common.store import Database, Store
from ticketing_common.store.position import StreamPosition
from ticketing_common.types import new_id, now

S = TypeVar("S", bound=NatsSettings)


class SinceBackup:
    def __init__(self, stream: Stream, database: Database, here: NatsSettings) -> None:
        self.stream = stream
        self.database = database
        self._here = here

    @classmethod
    @asynccontextmanager
    async def of(cls, database: Database, url: str, name: str) -> AsyncIterator["SinceBackup"]:
        """On a stream of this name, which the database knows as it is now: empty."""
        here = NatsSettings(NATS_URL=url, NATS_CLUSTER_ID=name, NATS_CLIENT_ID="test")
        stream = Stream(here)
        await stream.connect()
        try:
            backup = cls(stream, database, here)
            await backup.remember()
            yield backup
        finally:
            await stream.close()

    async def remember(self) -> None:
        """The backup is of this moment."""
        positions = Store(self.database, StreamPosition)
        await self.database.prepare([positions])
        position, _ = await position_now(self.stream)
        if before := await positions.find_id(StreamPosition.ID):
            position = position.model_copy(update={"version": before.version + 1})
        await positions.save(position)

    async def told(self, *events: Event) -> None:
        """What the stream has of the time since, published again or not."""
        for event in events:
            message = Message.of(event)
            await self.stream.publish(message.subject, message.data, dict(message.headers))

    def settings(self, settings: S) -> S:
        """The service's, on this stream."""
        names = ("NATS_URL", "NATS_CLUSTER_ID")
        return settings.model_copy(update={name: getattr(self._here, name) for name in names})


def order_created(ticket_id: str, reservation: int = 1) -> OrderCreated:
    """An order of somebody's, at 20 dollars, that may be paid for an hour."""
    return OrderCreated(
        id=new_id(),
        version=0,
        status=OrderStatus.CREATED,
        user_id=new_id(),
        expires_at=now() + timedelta(hours=1),
        ticket=ReservedTicket(id=ticket_id, price=20, reservation=reservation),
    )
