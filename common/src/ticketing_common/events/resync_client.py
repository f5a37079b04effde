"""Asking other services to publish their whole state again, until they have."""

import logging

import orjson

from ticketing_common.events.gaps import Missing
from ticketing_common.events.rights import resync
from ticketing_common.events.stream import BrokerUnavailableError, Stream
from ticketing_common.logs import reason
from ticketing_common.store.position import StreamPosition
from ticketing_common.store.store import Store

logger = logging.getLogger(__name__)


class ResyncClient:
    """What is awaited is remembered in the position; every replica asks for it, by one id."""

    def __init__(self, stream: Stream, positions: Store[StreamPosition], missing: Missing) -> None:
        self.stream = stream
        self.positions = positions
        self.missing = missing

    async def ask(self, position: StreamPosition) -> None:
        """Ask each of those awaited once; no longer await one that has done so.

        Raises what `Store.change` does.
        """
        for service, request in position.awaited.items():
            try:
                if await self._is_done(service, request):
                    self.missing.update(await self._no_longer_awaited(service, request))
            except BrokerUnavailableError as error:  # it is away: next time, then
                logger.warning(
                    "its state is awaited",
                    extra={"awaited": service, "reason": reason(error)},
                )

    async def _is_done(self, service: str, request: str) -> bool:
        subject = resync(self.stream.name, service)
        answer = orjson.loads(await self.stream.request(subject, request.encode()))
        return bool(answer["told"])

    async def _no_longer_awaited(self, service: str, request: str) -> StreamPosition:
        def forget(position: StreamPosition) -> StreamPosition | None:
            if position.awaited.get(service) != request:
                return None
            rest = {name: id for name, id in position.awaited.items() if name != service}
            return position.next(awaited=rest)

        logger.warning("has published its state again", extra={"awaited": service})
        return await self.positions.change(StreamPosition.ID, forget)
