"""Noticing what the stream lost, and seeing to it that it is published again.

JetStream can lose acknowledged messages: a wiped volume, a restored backup, a failover of
unsynced replicas, a service that was stopped for longer than the stream keeps them. The services'
databases are the truth; the stream only carries the events about it.

    what happened                               what this service does
    ------------------------------------------  -----------------------------------------------
    the stream is another one, or moved back    consumes all of it again, publishes its present
                                                state again, and asks the others to
    events were discarded before they were      asks the services that publish these to publish
    consumed                                    their present state again
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from nats.js.api import ConsumerInfo
from nats.js.errors import NotFoundError

from ticketing_common.errors import ServiceUnavailableError, VersionConflictError
from ticketing_common.events.catalogue import owner_of
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.gaps import TO_BE_SURE, Missing, compare
from ticketing_common.events.marks import moved_back, position_now
from ticketing_common.events.resync_client import ResyncClient
from ticketing_common.events.resync_server import ResyncServer
from ticketing_common.events.stream import Stream
from ticketing_common.logs import reason
from ticketing_common.store.position import StreamPosition
from ticketing_common.store.store import Store
from ticketing_common.store.writes import AlreadyExistsError
from ticketing_common.types import new_id

logger = logging.getLogger(__name__)

INTERVAL = 5.0  # seconds


class StreamWatch:
    """Remembers the stream's position in the service's own database, and compares.

    Every replica of a service watches; when several notice, one of them writes it down.
    """

    def __init__(
        self,
        stream: Stream,
        positions: Store[StreamPosition],
        consumers: Sequence[Consumer],
        resync: ResyncServer,
        missing: Missing,
    ) -> None:
        self.stream = stream
        self.positions = positions
        self.consumers = consumers
        self.resync = resync
        self.missing = missing
        self.others = ResyncClient(stream, positions, missing)
        self._losses = 0  # that this replica knows of
        self._owners = {
            each.listener.durable: owner
            for each in consumers
            if (owner := owner_of(each.listener.event.subject))
        }

    async def run(self) -> None:
        await self.stream.ready.wait()
        while True:
            try:
                await self.others.ask(await self._poll_or_find())
            except (NotFoundError, ServiceUnavailableError, VersionConflictError) as error:
                logger.warning("could not poll the stream", extra={"reason": reason(error)})
            await asyncio.sleep(INTERVAL)

    async def _poll_or_find(self) -> StreamPosition:
        try:
            position = await self.poll()
        except (VersionConflictError, AlreadyExistsError):  # another replica has just done it
            found = await self.positions.find_id(StreamPosition.ID)
            if found is None:  # so recently that no majority has it yet
                raise VersionConflictError from None
            position = found
        self.missing.update(position)
        return position

    async def poll(self) -> StreamPosition:
        """Compare the stream with what is remembered, and remember what has to be made up for."""
        # The order matters. Another replica may write down a longer stream at any moment: next to
        # a length asked for before that, ours would seem to have lost its end. So first what is
        # remembered, then the consumers (see `compare`), and the stream last.
        remembered = await self.positions.find_id(StreamPosition.ID)
        if remembered and remembered.losses != self._losses:
            self.stream.forget_stored()  # another replica has begun again, for all of them
            self._losses = remembered.losses
        stored = self.stream.stored
        infos = {each.listener.durable: await each.info() for each in self.consumers}
        here, first = await position_now(self.stream)
        if remembered is None:
            nothing = here.model_copy(update={"last_sequence": 0})
            found = self._compare(nothing, infos, here, first)
            return await self.positions.save(found.model_copy(update={"version": 0}))
        if await moved_back(self.stream, remembered, stored, here):
            return await self._begin_again(remembered, here)
        # All that was compared is there. Its last connection may still be in use.
        newer_connections = len(self.stream.stored) - len(stored)
        self.stream.forget_stored(but=newer_connections + 1)
        found = self._compare(remembered, infos, here, first)
        unchanged = found.model_copy(update={"version": remembered.version}) == remembered
        return remembered if unchanged else await self.positions.save(found)

    async def _begin_again(self, before: StreamPosition, here: StreamPosition) -> StreamPosition:
        logger.error("the stream has lost messages: hearing and publishing everything again")
        for consumer in self.consumers:
            await consumer.recreate()
        # Another stream is the same one for all: who asks for it and who noticed share a turn.
        another = here.created != before.created
        request = f"stream-{here.created:%Y%m%dT%H%M%S%f}" if another else new_id()
        await self.resync.ask(request)
        begun = await self.positions.save(
            before.next(
                created=here.created,
                last_sequence=here.last_sequence,
                mark=here.mark,
                losses=before.losses + 1,
                # Of a neighbouring version's listeners, too.
                heard=dict.fromkeys((*before.heard, *self._owners), here.last_sequence),
                awaited=dict.fromkeys((*before.awaited, *self._owners.values()), request),
            )
        )
        # Not before: it may be all that tells of the loss, and another poll may have come between.
        self.stream.forget_stored()
        self._losses = begun.losses
        return begun

    def _compare(
        self,
        before: StreamPosition,
        infos: Mapping[str, ConsumerInfo | None],
        here: StreamPosition,
        first: int,
    ) -> StreamPosition:
        """What is to be remembered: how far each consumer has heard, and whose events it missed."""
        infos = {durable: infos[durable] for durable in self._owners}
        found = compare(before, infos, first, here.last_sequence)
        for durable in found.missed:
            logger.error("events were discarded unheard", extra={"listener": durable})
        for durable in found.unknown:
            logger.info("the stream's beginning is gone", extra={"listener": durable})
        to_be_sure = {self._owners[durable]: TO_BE_SURE + new_id() for durable in found.unknown}
        missed = {self._owners[durable]: new_id() for durable in found.missed}
        return before.next(
            created=here.created,
            last_sequence=here.last_sequence,
            mark=here.mark,
            heard={**before.heard, **found.heard},  # with a neighbouring version's listeners
            awaited={**to_be_sure, **before.awaited, **missed},
            missed=before.missed + len(found.missed),
        )
