"""A listener's durable consumer: its messages are handled as fast as that goes, side by side."""

import asyncio
import logging
import time
from contextlib import suppress
from functools import partial

from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, ConsumerInfo, DeliverPolicy
from nats.js.errors import NotFoundError

from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.delivery import ACK_WAIT, Failures, deliver
from ticketing_common.events.fast_lane import FastLane
from ticketing_common.events.handlers import Handlers
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.pull import ConsumerGoneError, Pull
from ticketing_common.events.stream import BrokerUnavailableError, Stream
from ticketing_common.logs import reason
from ticketing_common.tasks import side_by_side

logger = logging.getLogger(__name__)

AT_ONCE = 64  # messages handled at a time
BESIDE_NEW = 8  # while it is so far behind that new messages are handled ahead of the backlog
MAX_ACK_PENDING = 512  # messages out at all replicas together
OBSERVE_EVERY = 64  # messages


class Consumer:
    """One listener's pull consumer. Replicas of a service share it: it is their queue group."""

    def __init__(self, listener: AnyListener, stream: Stream, dead_letters: DeadLetters) -> None:
        self.listener = listener
        self.stream = stream
        self.dead_letters = dead_letters
        self._failures = Failures()
        self._handlers = Handlers(AT_ONCE, BESIDE_NEW)
        self._fast_lane = FastLane(listener, stream)
        self._taken = 0
        self.newest: tuple[Msg, float] | None = None  # the last message taken, and when

    async def run(self) -> None:
        """Consume until the connection is closed for good, whatever else becomes of it, the stream
        and the consumer."""
        await self.stream.ready.wait()
        try:
            await side_by_side(self._consume(), self._fast_lane.run())
        finally:
            await asyncio.gather(self._handlers.finish(), self._fast_lane.finish())

    async def _consume(self) -> None:
        delay = 0.25
        # A library may lose our cancellation: a connection closed for good ends it, too.
        while not self.stream.closed:
            try:
                await self.create()
                delay = 0.25
                await Pull(self.stream, self.listener.durable, self._start).run()
            except (ConsumerGoneError, NotFoundError, BrokerUnavailableError) as error:
                logger.warning(
                    "consuming again soon",
                    extra={"listener": self.listener.durable, "reason": reason(error)},
                )
            await asyncio.sleep(delay)
            delay = min(delay * 2, 5.0)

    async def create(self) -> None:
        """Make sure of the stream and of the consumer on it."""
        try:
            info = await self.stream.jetstream.add_consumer(self.stream.name, self._config())
        except NotFoundError:
            await self.stream.ensure()
            info = await self.stream.jetstream.add_consumer(self.stream.name, self._config())
        self._fast_lane.observe(info.num_pending)

    async def info(self) -> ConsumerInfo | None:
        """How far it has come; None where the server has no such consumer (any more)."""
        jetstream, durable = self.stream.jetstream, self.listener.durable
        try:
            info: ConsumerInfo = await jetstream.consumer_info(self.stream.name, durable)
        except NotFoundError:
            return None
        return info

    async def recreate(self) -> None:
        """Start over from the stream's first message: listeners don't mind."""
        self._failures = Failures()  # it may be another stream's numbers that come now
        with suppress(NotFoundError):
            await self.stream.jetstream.delete_consumer(self.stream.name, self.listener.durable)
        await self.create()

    def _config(self) -> ConsumerConfig:
        return ConsumerConfig(
            name=self.listener.durable,  # with it, the request's subject says what is listened to
            durable_name=self.listener.durable,
            filter_subject=str(self.listener.event.subject),
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT,
            max_deliver=-1,  # past a maximum JetStream drops silently: dead letters are ours
            max_ack_pending=MAX_ACK_PENDING,
        )

    async def _start(self, message: Msg) -> None:
        self._taken += 1
        self.newest = message, time.time()
        if self._taken % OBSERVE_EVERY == 0:
            self._fast_lane.observe(message.metadata.num_pending)
        delivery = partial(deliver, self.listener, message, self.dead_letters, self._failures)
        await self._handlers.start(delivery, few=self._fast_lane.open)
