"""Publishing a service's whole state again when another one asks, or when the stream lost it.

    another service   --- <stream>.resync.tickets: "7f..." --->   one replica: `asked` += "7f..."
                      <-- {"told": false} ---                     some replica does it, `told` += it
                      --- asks again, until told is true --->

Nothing rests on a single question or answer: who asks goes on until all is in the outboxes, and
what was asked is stored. However many ask meanwhile, they share the next turn.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import orjson
from nats.aio.msg import Msg

from ticketing_common.errors import ServiceUnavailableError, VersionConflictError
from ticketing_common.events.resync import Republisher
from ticketing_common.events.rights import resync
from ticketing_common.events.stream import Stream
from ticketing_common.logs import reason
from ticketing_common.store.resync_state import ResyncState
from ticketing_common.store.retry import retrying
from ticketing_common.store.store import Store
from ticketing_common.store.writes import AlreadyExistsError
from ticketing_common.types import now

logger = logging.getLogger(__name__)

REQUEST = re.compile(rb"[0-9a-zA-Z-]{1,64}")
MOST_REQUESTS = 20  # remembered of either kind; who asked before asks again
INTERVAL = 5.0  # seconds between two polls for what another replica was asked
# After which another replica publishes, if this one is gone: orders may wait for that before they
# expire. Two that publish at once do no harm.
LEASE = timedelta(seconds=6)
PAUSE = timedelta(seconds=10)  # between two turns
PASSING = (ServiceUnavailableError, VersionConflictError, AlreadyExistsError)


class ResyncServer:
    """`service` is the name that others ask by; every replica of it runs one."""

    def __init__(
        self,
        stream: Stream,
        states: Store[ResyncState],
        service: str,
        republishers: Sequence[Republisher],
    ) -> None:
        self.stream = stream
        self.states = states
        self.service = service
        self.republishers = republishers
        self._asked = asyncio.Event()

    async def run(self) -> None:
        await self.stream.ready.wait()
        subscribed = False
        while not self.stream.closed:
            try:
                if not subscribed:
                    await self._subscribe()
                    subscribed = True
                await self.take_turn()
            except PASSING as error:
                logger.warning("could not republish", extra={"reason": reason(error)})
            with suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL):
                    await self._asked.wait()
            self._asked.clear()

    async def ask(self, request: str) -> bool:
        """Whether all was published since this was first asked; it will be, where not."""
        told = False

        def remember(state: ResyncState) -> ResyncState | None:
            nonlocal told
            told = request in state.told
            if told or request in state.asked:
                return None
            return state.next(asked=(*state.asked, request)[-MOST_REQUESTS:])

        await self._change(remember)
        if not told:
            self._asked.set()
        return told

    async def take_turn(self) -> None:
        """Take a turn, if somebody has asked, and no other replica is at it."""
        claimed: list[str] = []

        def claim(state: ResyncState) -> ResyncState | None:
            at = now()
            claimed.clear()
            if not state.asked or (state.leased_until and at < state.leased_until):
                return None
            if state.finished and at < state.finished + PAUSE:
                return None
            claimed.extend(state.asked)
            return state.next(leased_until=at + LEASE)

        def finish(state: ResyncState) -> ResyncState:
            return state.next(
                asked=tuple(each for each in state.asked if each not in claimed),
                told=(*state.told, *claimed)[-MOST_REQUESTS:],
                leased_until=None,
                finished=now(),
            )

        if await self.states.find_id(ResyncState.ID) is None:
            return
        await self._change(claim)
        if claimed:
            try:
                await self._republish_all()
            except BaseException:  # stopped, too: who is there goes on without waiting for the end
                with suppress(*PASSING):
                    await self._change(lambda state: state.next(leased_until=None))
                raise
            await self._change(finish)

    async def _republish_all(self) -> None:
        """Publish everything, and keep the lease meanwhile."""
        logger.warning("publishing everything again", extra={"service": self.service})

        async def everything() -> None:
            for republisher in self.republishers:
                await republisher.run()

        telling = asyncio.create_task(everything())
        try:
            while not telling.done():
                await asyncio.wait({telling}, timeout=LEASE.total_seconds() / 3)
                if not telling.done():
                    await self._change(lambda state: state.next(leased_until=now() + LEASE))
            telling.result()
        finally:
            telling.cancel()

    async def _change(self, decide: Callable[[ResyncState], ResyncState | None]) -> None:
        async def attempt() -> None:
            if await self.states.find_id(ResyncState.ID) is None:
                try:
                    await self.states.save(ResyncState(id=ResyncState.ID))
                except AlreadyExistsError as error:
                    raise VersionConflictError from error
            await self.states.change(ResyncState.ID, decide)

        await retrying(attempt)

    async def _subscribe(self) -> None:
        subject = resync(self.stream.name, self.service)
        await self.stream.subscribe(subject, self._on_request, queue=self.service)

    async def _on_request(self, message: Msg) -> None:
        # Only to inboxes: an answer is not to be an event, or a question, in our name.
        if REQUEST.fullmatch(message.data) and message.reply.startswith("_INBOX."):
            try:
                told = await self.ask(message.data.decode())
                await self.stream.answer(message, orjson.dumps({"told": told}))
            except PASSING as error:  # who asked will ask again
                logger.warning("could not be asked", extra={"reason": reason(error)})
