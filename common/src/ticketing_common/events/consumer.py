"""A listener's durable consumer: its messages are handled as fast as that goes, side by side."""

import asyncio
import logging
from contextlib import suppress

from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from ticketing_common.events.confirms import CONNECTION_ERRORS
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.delivery import ACK_WAIT, Failures, deliver
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.pull import ConsumerGoneError, Pull
from ticketing_common.events.stream import Stream
from ticketing_common.logs import reason

logger = logging.getLogger(__name__)

AT_ONCE = 64  # messages handled at a time
MAX_ACK_PENDING = 512  # messages out at all replicas together
STOP_TIMEOUT = 7.0  # seconds for handlers that are running at the end: less than the service has


class Consumer:
    """One listener's pull consumer. Replicas of a service share it: it is their queue group."""

    def __init__(self, listener: AnyListener, stream: Stream, dead_letters: DeadLetters) -> None:
        self.listener = listener
        self.stream = stream
        self.dead_letters = dead_letters
        self._failures = Failures()
        self._handling: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Consume until the connection is closed for good, whatever else becomes of it, the stream
        and the consumer."""
        await self.stream.ready.wait()
        delay = 0.25
        try:
            # A library may lose our cancellation: a connection closed for good ends it, too.
            while not self.stream.closed:
                try:
                    await self.create()
                    delay = 0.25
                    await Pull(self.stream, self.listener.durable, self._start).run()
                except (ConsumerGoneError, *CONNECTION_ERRORS) as error:
                    logger.warning(
                        "consuming again soon",
                        extra={"listener": self.listener.durable, "reason": reason(error)},
                    )
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)
        finally:
            await self._finish()

    async def create(self) -> None:
        """Make sure of the stream and of the consumer on it."""
        try:
            await self.stream.jetstream.add_consumer(self.stream.name, self._config())
        except NotFoundError:
            await self.stream.ensure()
            await self.stream.jetstream.add_consumer(self.stream.name, self._config())

    async def recreate(self) -> None:
        """Start over from the stream's first message: listeners don't mind."""
        self._failures = Failures()  # it may be another stream's numbers that come now
        with suppress(NotFoundError):
            await self.stream.jetstream.delete_consumer(self.stream.name, self.listener.durable)
        await self.create()

    def _config(self) -> ConsumerConfig:
        return ConsumerConfig(
            durable_name=self.listener.durable,
            filter_subject=str(self.listener.event.subject),
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT,
            max_deliver=-1,  # past a maximum JetStream drops silently: dead letters are ours
            max_ack_pending=MAX_ACK_PENDING,
        )

    async def _start(self, message: Msg) -> None:
        await self._free.acquire()
        delivery = deliver(self.listener, message, self.dead_letters, self._failures)
        task = asyncio.create_task(delivery)
        self._handling.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._handling.discard(task)
        self._free.release()

    async def _finish(self) -> None:
        """Let the running handlers end, within a bound; the rest is delivered again."""
        if self._handling:
            await asyncio.wait(self._handling, timeout=STOP_TIMEOUT)
