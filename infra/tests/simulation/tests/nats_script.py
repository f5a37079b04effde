"""One script for the model of JetStream and for a NATS server, spoken by nats-py's own client."""

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import nats
import nats.aio.client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, StreamConfig
from nats.js.errors import APIError

from infra.tests.simulation.loop import SimulatedLoop
from infra.tests.simulation.nats.jetstream import JetStream
from infra.tests.simulation.nats.server import Server
from infra.tests.simulation.nats.transport import Transport
from infra.tests.simulation.network import Network

MODEL = "nats://nats:4222"
DURABLES = {"some": "a", "any": "b"}  # and whose news they hear
WAIT = 30.0  # seconds until what nobody acknowledged comes again, in scripts that don't wait
BRIEF = 0.05  # seconds that a pull waits for more
PATIENCE = 3.0  # seconds in which a server has counted

NUMBERS = itertools.count(1)

Step = tuple[Any, ...]
Script = Callable[["Session"], Awaitable[None]]


class Session:
    """A client of one of the two, and what it has pulled and not answered, by consumer.

    Its stream has a name and subjects of its own: one that is made anew under the name of a deleted
    one was seen to store a message twice.
    """

    def __init__(self, client: nats.aio.client.Client, number: int, expected: list[Any]) -> None:
        self.client = client
        self.answers: list[Any] = []
        self._expected = expected  # what the model has answered, for the server
        self.number = number
        self.name = f"script-{number:04}"
        self.jetstream = client.jetstream()
        self.in_hand: dict[str, list[Msg]] = {name: [] for name in DURABLES}

    async def make_stream(self, **config: Any) -> None:
        subjects = [self.subject("a"), self.subject("b")]
        await self.jetstream.add_stream(StreamConfig(self.name, subjects=subjects, **config))

    def subject(self, of: str) -> str:
        return f"{of}:{self.number:04}"

    async def create(self, durable: str, first: int | None = None, wait: float = WAIT) -> Any:
        policy = DeliverPolicy.ALL if first is None else DeliverPolicy.BY_START_SEQUENCE
        config = ConsumerConfig(
            name=durable,
            durable_name=durable,
            filter_subject=self.subject(DURABLES[durable]),
            deliver_policy=policy,
            opt_start_seq=first,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=wait,
            max_deliver=-1,
            max_ack_pending=2,
        )
        await self.jetstream.add_consumer(self.name, config)

    async def publish(self, of: str, id: str | None = None, data: bytes = b"x") -> Any:
        headers = {"Nats-Msg-Id": id} if id else None
        stored = await self.jetstream.publish(self.subject(of), data, headers=headers)
        return stored.seq, bool(stored.duplicate)

    async def pull(self, durable: str, batch: int, wait: float = BRIEF) -> Any:
        """What came: each message's place and how often it was delivered, and how the request
        ended, where it did before the batch was whole. (How many are left, the server counts a
        little later at times.)"""
        inbox = self.client.new_inbox()
        subscription = await self.client.subscribe(inbox)
        asked = {"batch": batch, "expires": int(wait * 1e9)}
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self.name}.{durable}"
        await self.client.publish(subject, json.dumps(asked).encode(), reply=inbox)
        came: list[Any] = []
        while len(came) < batch:
            message = await subscription.next_msg(timeout=wait + 5)
            if not message.reply:
                headers = message.headers or {}
                came.append((headers.get("Status"), headers.get("Nats-Pending-Messages")))
                break
            self.in_hand[durable].append(message)
            told, place = message.metadata, message.metadata.sequence
            came.append((message.subject, place.stream, place.consumer, told.num_delivered))
        await subscription.unsubscribe()
        return came

    async def answer(self, durable: str, word: bytes) -> None:
        """For the message that was pulled first. The server confirms that it has heard."""
        if self.in_hand[durable]:
            message = self.in_hand[durable][0]
            if word != b"+WPI":
                self.in_hand[durable].pop(0)
            await self.client.request(message.reply, word, timeout=5)

    def tell(self, answer: Any) -> None:
        self.answers.append(answer)

    async def look(self) -> None:
        """Tell what there is. The server counts what is pending a little later than it stores."""
        state = await self._state()
        give_up = time.monotonic() + PATIENCE
        while self._expected and state != self._expected[len(self.answers)]:
            if time.monotonic() > give_up:
                break
            await asyncio.sleep(BRIEF / 10)
            state = await self._state()
        self.tell(state)

    async def _state(self) -> Any:
        stream = (await self.jetstream.stream_info(self.name)).state
        counts = stream.messages, stream.first_seq, stream.last_seq, stream.bytes
        return counts, {durable: await self._progress(durable) for durable in DURABLES}

    async def _progress(self, durable: str) -> Any:
        try:
            info = await self.jetstream.consumer_info(self.name, durable)
        except APIError as error:
            return error.err_code
        assert info.delivered
        assert info.ack_floor
        return {
            "delivered": (info.delivered.stream_seq, info.delivered.consumer_seq),
            "floor": info.ack_floor.stream_seq,
            "pending": info.num_pending,
            "in hand": info.num_ack_pending,
            "again": info.num_redelivered,
        }

    async def do(self, step: Step) -> Any:
        match step:
            case ("publish", of, id):
                return await self.publish(of, id)
            case ("pull", durable, batch):
                return await self.pull(durable, batch)
            case ("answer", durable, word):
                return await self.answer(durable, word)
            case ("create", durable):
                return await self.create(durable)
            case ("create from", durable, number):
                return await self.create(durable, number)
            case ("delete", durable):
                self.in_hand[durable].clear()
                return await self.jetstream.delete_consumer(self.name, durable)
            case ("remove", number):
                return await self.jetstream.delete_msg(self.name, number)
            case ("get", number):
                message = await self.jetstream.get_msg(self.name, number)
                return message.subject, message.seq, message.data, message.headers
            case ("last of", of):
                message = await self.jetstream.get_msg(self.name, subject=self.subject(of))
                return message.subject, message.seq, message.data, message.headers
        raise ValueError(step)


async def on(
    url: str, script: Script, number: int = 0, expected: list[Any] | None = None
) -> list[Any]:
    """What the script was answered there."""
    client = await nats.connect(url)
    session = Session(client, number, expected or [])
    try:
        await script(session)
    finally:
        await client.close()
    return session.answers


@contextmanager
def simulated() -> Iterator[tuple[SimulatedLoop, JetStream]]:
    """A loop on which nats-py reaches a model of its own."""
    module: Any = nats.aio.client
    real = module.TcpTransport
    loop = SimulatedLoop(1)
    server = Transport.server = Server(Network(loop, 1), loop)
    module.TcpTransport = Transport
    try:
        yield loop, server.jetstream
    finally:
        module.TcpTransport = real


def on_both(url: str, script: Script) -> tuple[list[Any], list[Any]]:
    """What the model answered, and what the server did."""
    number = next(NUMBERS)
    with simulated() as (loop, _):
        model = loop.run_until_complete(on(MODEL, script, number))
    return model, asyncio.run(on(url, script, number, model))
