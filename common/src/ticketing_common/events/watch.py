"""Noticing that the stream is another one, or moved back, and telling everything again.

JetStream can lose acknowledged messages: a wiped volume, a restored backup, a failover of
unsynced replicas. The services' databases are the truth; the stream only carries the news of it.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from nats.errors import Error as NatsError
from nats.js.api import StreamInfo

from ticketing_common.errors import ServiceUnavailableError, VersionConflictError
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.resync import Republisher
from ticketing_common.events.stream import Stream
from ticketing_common.logs import reason
from ticketing_common.store.position import StreamPosition
from ticketing_common.store.store import Store
from ticketing_common.store.writes import AlreadyExistsError

logger = logging.getLogger(__name__)

INTERVAL = 5.0  # seconds


class StreamWatch:
    """Remembers the stream's identity and last sequence in the service's own database.

    Every replica of a service watches; when several notice, they do the same harmless work.
    """

    def __init__(
        self,
        stream: Stream,
        positions: Store[StreamPosition],
        consumers: Sequence[Consumer],
        republishers: Sequence[Republisher],
    ) -> None:
        self.stream = stream
        self.positions = positions
        self.consumers = consumers
        self.republishers = republishers

    async def run(self) -> None:
        await self.stream.ready.wait()
        while True:
            try:
                await self.look()
            except (NatsError, ServiceUnavailableError, TimeoutError) as error:
                logger.warning("could not look at the stream", extra={"reason": reason(error)})
            except (VersionConflictError, AlreadyExistsError):
                pass  # another replica has just written the same down
            await asyncio.sleep(INTERVAL)

    async def look(self) -> None:
        """Compare the stream with what is remembered; make up for what it lost."""
        here = _position(await self.stream.info())
        remembered = await self.positions.find_id(StreamPosition.ID)
        if remembered is None:
            await self.positions.save(here)
            return
        if _moved_back(remembered, here):
            logger.error("the stream has lost messages: telling everything again")
            for consumer in self.consumers:
                await consumer.recreate()
            for republisher in self.republishers:
                await republisher.run()
        if _key(remembered) != _key(here):
            await self.positions.save(
                remembered.next(created=here.created, last_sequence=here.last_sequence)
            )


def _position(info: StreamInfo) -> StreamPosition:
    assert info.created is not None  # noqa: S101 - the server always says
    return StreamPosition(
        id=StreamPosition.ID, created=info.created, last_sequence=info.state.last_seq
    )


def _key(position: StreamPosition) -> tuple[datetime, int]:
    return position.created, position.last_sequence


def _moved_back(before: StreamPosition, now: StreamPosition) -> bool:
    return now.created != before.created or now.last_sequence < before.last_sequence
