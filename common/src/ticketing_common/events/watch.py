"""Noticing that the stream is another one, or moved back, and telling everything again.

JetStream can lose acknowledged messages: a wiped volume, a restored backup, a failover of
unsynced replicas. The services' databases are the truth; the stream only carries the news of it.
"""

import asyncio
import logging
from collections.abc import Sequence

from nats.errors import Error as NatsError
from nats.js.api import StreamInfo

from ticketing_common.errors import NotFoundError, ServiceUnavailableError, VersionConflictError
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.resync import Republisher
from ticketing_common.events.stream import Stream
from ticketing_common.store.position import StreamPosition
from ticketing_common.store.store import AlreadyExistsError, Store
from ticketing_common.types import in_milliseconds

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
                logger.warning("could not look at the stream", extra={"reason": repr(error)})
            except (VersionConflictError, AlreadyExistsError):
                pass  # another replica has just written the same down
            await asyncio.sleep(INTERVAL)

    async def look(self) -> None:
        """Compare the stream with what is remembered; make up for what it lost."""
        info = await self.stream.info()
        remembered = await self._remembered()
        if remembered and _moved_back(info, remembered):
            logger.error("the stream has lost messages: telling everything again")
            for consumer in self.consumers:
                await consumer.recreate()
            for republisher in self.republishers:
                await republisher.run()
        await self._remember(info, remembered)

    async def _remembered(self) -> StreamPosition | None:
        try:
            return await self.positions.get(StreamPosition.ID)
        except NotFoundError:
            return None

    async def _remember(self, info: StreamInfo, remembered: StreamPosition | None) -> None:
        assert info.created is not None  # noqa: S101 - the server always says
        here = {"created": in_milliseconds(info.created), "last_sequence": info.state.last_seq}
        if remembered is None:
            await self.positions.save(StreamPosition(id=StreamPosition.ID, **here))
        elif (remembered.created, remembered.last_sequence) != (*here.values(),):
            await self.positions.save(remembered.next(**here))


def _moved_back(info: StreamInfo, remembered: StreamPosition) -> bool:
    return info.created != remembered.created or info.state.last_seq < remembered.last_sequence
