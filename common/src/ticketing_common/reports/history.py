"""What the stream still has of one order, and who has heard it.

Messages are found by reading on from when the order was made: the stream knows their subjects, and
no order.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, ConsumerInfo, DeliverPolicy
from nats.js.errors import NotFoundError

from ticketing_common.events.catalogue import Subjects
from ticketing_common.events.message import AGAIN, saved_at
from ticketing_common.events.pull import Pull
from ticketing_common.events.stream import Stream
from ticketing_common.types import made_at, new_id

BEFORE = timedelta(minutes=1)  # clocks differ, and a ticket's news may come first
SECONDS = 20.0  # of reading at most: some 100,000 messages
IDLE = 30.0  # seconds after which the server forgets a reader that has gone


@dataclass(frozen=True, slots=True)
class Heard:
    """A message about the order; `lag` are the seconds it waited in its outbox, None where nobody
    wrote down since when."""

    sequence: int
    subject: str
    id: str
    at: datetime
    lag: float | None

    @classmethod
    def of(cls, message: Msg) -> "Heard":
        headers, metadata = message.headers or {}, message.metadata
        saved, at = saved_at(headers), metadata.timestamp
        return cls(
            sequence=metadata.sequence.stream,
            subject=message.subject,
            id=headers.get("Nats-Msg-Id", ""),
            at=at,
            lag=None if saved is None else max(at.timestamp() - saved, 0.0),
        )

    def __str__(self) -> str:
        name, again, _ = self.id.partition(AGAIN)
        lag = "" if self.lag is None else f", {self.lag * 1000:.0f} ms after it was stored"
        said = (name or self.subject) + (" published again" if again else "")
        return f"{said}, number {self.sequence}{lag}"


@dataclass
class History:
    """`read_to` is the last message that was looked at, `last` the stream's."""

    heard: list[Heard] = field(default_factory=list)
    read_to: int = 0
    last: int = 0

    @property
    def whole(self) -> bool:
        return self.read_to >= self.last


async def history(stream: Stream, order_id: str, ticket_id: str | None) -> History:
    """What is there of the order, and of its ticket since; raise `BrokerUnavailableError`."""
    found = History(last=(await stream.info()).state.last_seq)
    reader = _Reader(stream, order_id, ticket_id, found)
    if found.last:
        await reader.run(made_at(order_id) - BEFORE)
    return found


class _Reader:
    """One ephemeral consumer, which acknowledges nothing and is nobody's."""

    def __init__(
        self, stream: Stream, order_id: str, ticket_id: str | None, found: History
    ) -> None:
        self.stream = stream
        self.order = order_id.encode()
        self.ticket = f"{Subjects.TICKET_UPDATED}/{ticket_id}/" if ticket_id else None
        self.found = found
        self.name = f"report-{new_id()}"
        self._pull = Pull(stream, self.name, self._take)

    async def run(self, since: datetime) -> None:
        config = ConsumerConfig(
            name=self.name,
            deliver_policy=DeliverPolicy.BY_START_TIME,
            opt_start_time=since,
            ack_policy=AckPolicy.NONE,
            inactive_threshold=IDLE,
            mem_storage=True,
            num_replicas=1,
        )
        info = await self.stream.jetstream.add_consumer(self.stream.name, config)
        try:
            if info.num_pending:
                with suppress(TimeoutError):
                    async with asyncio.timeout(SECONDS):
                        await self._pull.run()
            else:
                self.found.read_to = self.found.last
        finally:
            with suppress(NotFoundError):
                await self.stream.jetstream.delete_consumer(self.stream.name, self.name)

    async def _take(self, message: Msg) -> None:
        self.found.read_to = message.metadata.sequence.stream
        id = (message.headers or {}).get("Nats-Msg-Id", "")
        if self.order in message.data or (self.ticket and id.startswith(self.ticket)):
            self.found.heard.append(Heard.of(message))
        if self.found.read_to >= self.found.last or not message.metadata.num_pending:
            self.found.read_to = max(self.found.read_to, self.found.last)
            self._pull.stop()


def has_heard(consumer: ConsumerInfo, sequence: int) -> bool:
    """Whether a consumer is through with a message; it may be, even where this says no, if another
    one before it is not acknowledged yet."""
    if not consumer.num_pending and not consumer.num_ack_pending:
        return True
    return bool(consumer.ack_floor and consumer.ack_floor.stream_seq >= sequence)


def listening(consumers: Iterable[ConsumerInfo], subject: str) -> Iterator[ConsumerInfo]:
    return (each for each in consumers if each.config.filter_subject == subject)
