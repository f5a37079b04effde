"""New messages are handled beside a backlog, and ahead of it.

    <durable>           every message, in order            8 at a time while it is far behind
    <durable>_replay    what came since, or just before    64 at a time, gone afterwards

A consumer falls behind when it starts over (it was lost, or the stream moved back), when its
service was stopped, and when another service publishes its whole state again. It still handles
every message, so nothing rests on the second consumer: whatever becomes of it, only time is lost.
"""

import asyncio
import logging
from contextlib import suppress
from functools import partial

from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from ticketing_common.events.delivery import ACK_WAIT, deliver_early
from ticketing_common.events.handlers import Handlers
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.message import is_republished
from ticketing_common.events.pull import ConsumerGoneError, Pull
from ticketing_common.events.rights import replay_name
from ticketing_common.events.stream import BrokerUnavailableError, Stream
from ticketing_common.logs import reason

logger = logging.getLogger(__name__)

FAR_BEHIND = 500  # messages not yet delivered: from about half a second on
CAUGHT_UP = 50
RECENT = 500  # messages on the stream: what came while a consumer was gone
POLL_INTERVAL = 0.5  # seconds
AT_ONCE = 64  # messages handled at a time
FORGOTTEN_AFTER = 300.0  # seconds without a service until the server deletes the consumer


class FastLane:
    """The second consumer of one listener, open for as long as the first is far behind.

    Replicas share it like the first. It leaves alone what is published again, which is nothing new,
    and what fails: the first consumer handles it in its turn.
    """

    def __init__(self, listener: AnyListener, stream: Stream) -> None:
        self.listener = listener
        self.stream = stream
        self.durable = replay_name(listener.durable)
        self._handlers = Handlers(AT_ONCE)
        self._wanted = asyncio.Event()
        self._wanted.set()  # there may be one that a replica left behind

    @property
    def open(self) -> bool:
        return self._wanted.is_set()

    def observe(self, pending: int | None) -> None:
        """Take in how many messages the first consumer has before it."""
        if (pending or 0) > FAR_BEHIND:
            self._wanted.set()

    async def run(self) -> None:
        """Until it is cancelled, or the connection is closed for good."""
        while not self.stream.closed:
            await self._wanted.wait()
            try:
                while await self._is_behind():
                    await self._consume()
                self._wanted.clear()
                with suppress(NotFoundError):
                    await self.stream.jetstream.delete_consumer(self.stream.name, self.durable)
            except (ConsumerGoneError, NotFoundError, BrokerUnavailableError) as error:
                logger.warning(
                    "handling new messages first again soon",
                    extra={"listener": self.durable, "reason": reason(error)},
                )
                await asyncio.sleep(POLL_INTERVAL)

    async def finish(self) -> None:
        await self._handlers.finish()

    async def _consume(self) -> None:
        logger.info("far behind: handling new messages first", extra={"listener": self.durable})
        await self._create()
        pull = Pull(self.stream, self.durable, self._take)
        watching = asyncio.create_task(self._stop_in_time(pull))
        try:
            await pull.run()
        finally:
            watching.cancel()

    async def _stop_in_time(self, pull: Pull) -> None:
        try:
            while not pull.ended and await self._is_behind():
                await asyncio.sleep(POLL_INTERVAL)
        except BrokerUnavailableError:
            pass  # whoever pulls asks the same, and gets the same answer
        pull.stop()

    async def _is_behind(self) -> bool:
        jetstream, durable = self.stream.jetstream, self.listener.durable
        try:
            info = await jetstream.consumer_info(self.stream.name, durable)
        except NotFoundError:  # it is about to be made (again), and is asked then
            return False
        return (info.num_pending or 0) > CAUGHT_UP

    async def _take(self, message: Msg) -> None:
        if is_republished(message.headers or {}):
            await message.ack()
        else:
            await self._handlers.start(partial(deliver_early, self.listener, message))

    async def _create(self) -> None:
        jetstream, stream = self.stream.jetstream, self.stream.name
        try:
            await jetstream.consumer_info(stream, self.durable)  # another replica's
        except NotFoundError:
            last = (await jetstream.stream_info(stream)).state.last_seq
            await jetstream.add_consumer(stream, self._config(max(last + 1 - RECENT, 1)))

    def _config(self, first: int) -> ConsumerConfig:
        return ConsumerConfig(
            name=self.durable,
            durable_name=self.durable,
            filter_subject=str(self.listener.event.subject),
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=first,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT,
            max_deliver=-1,
            max_ack_pending=8 * AT_ONCE,
            inactive_threshold=FORGOTTEN_AFTER,
        )
