"""What the stream discarded before it was heard is noticed, and told again."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from nats.js.api import ConsumerInfo

from common.tests.conftest import Note, Recorder, Until, news, watching
from common.tests.events.test_delivery import consuming, event
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.gaps import compare
from ticketing_common.events.message import Message
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.resync import Republisher
from ticketing_common.events.stream import Stream
from ticketing_common.events.watch import StreamWatch
from ticketing_common.store import Database, Store
from ticketing_common.store.position import StreamPosition
from ticketing_common.tasks import end
from ticketing_common.testing.in_memory import in_memory_database
from ticketing_common.types import new_id


async def keep(stream: Stream, messages: int) -> None:
    """Let the stream reach its limit: it keeps so many."""
    config = (await stream.info()).config
    config.max_msgs = messages
    await stream.jetstream.update_stream(config)


async def publish(stream: Stream, count: int) -> set[str]:
    events = [event() for _ in range(count)]
    outcomes = await Publisher(stream).send([Message.of(each) for each in events])
    assert not any(outcomes)
    return {each.id for each in events}


@pytest.fixture
async def listener(stream: Stream, until: Until) -> Recorder:
    """Has heard of one event when it stops."""
    listener = Recorder()
    async with consuming(stream, listener):
        await publish(stream, 1)
        await until(lambda: len(listener.heard) == 1)
        await until(lambda: _all_heard(stream, listener))
    return listener


async def _all_heard(stream: Stream, listener: Recorder) -> bool:
    info = await Consumer(listener, stream, DeadLetters(stream)).info()
    return info is not None and not info.num_pending and not info.num_ack_pending


@pytest.fixture
async def watch(stream: Stream, listener: Recorder) -> StreamWatch:
    """A watch over the listener's consumer, which remembers that all was heard."""
    consumer = Consumer(listener, stream, DeadLetters(stream))
    watch = watching(stream, in_memory_database(), consumer, service="recorder")
    await watch.poll()
    await watch.poll()
    return watch


async def test_missed_while_stopped(
    watch: StreamWatch, listener: Recorder, stream: Stream, notes: Store[Note], until: Until
) -> None:
    """The owner tells everything again, once it is there; then the gap is closed."""
    saved = [Note(id=new_id(), slug=new_id()) for _ in range(60)]
    for note in saved:
        await notes.save(note, news(note))
    relay = Relay(notes.outbox, Publisher(stream))
    await relay.drain()
    await keep(stream, 20)

    position = await watch.poll()
    assert (set(position.awaited), position.missed) == ({"tickets"}, 1)
    watch.missing.update(position)
    assert not watch.missing.nothing_of("tickets")
    await watch.others.ask(position)  # nobody is there
    assert (await watch.poll()).awaited == position.awaited

    owner = watching(
        stream, notes.database, republishers=[Republisher(notes, news)], service="tickets"
    )
    async with consuming(stream, listener):
        telling = asyncio.create_task(owner.resync.run())
        await until(lambda: _told(watch))
        await keep(stream, -1)
        await relay.drain()
        await until(lambda: {each.id for each in saved} <= {each.id for each in listener.heard})
        await end([telling])
    assert (await watch.poll()).missed == 1


async def _told(watch: StreamWatch) -> bool:
    await watch.others.ask(await watch.poll())
    return not (await watch.poll()).awaited


async def test_heard_before_it_was_discarded(
    watch: StreamWatch, listener: Recorder, stream: Stream, until: Until
) -> None:
    """A service that keeps up misses nothing, however often the stream is turned over."""
    async with consuming(stream, listener):
        for turn in range(1, 4):
            await publish(stream, 30)
            await until(lambda turn=turn: len(listener.heard) == 1 + 30 * turn)
            await until(lambda: _all_heard(stream, listener))
            await watch.poll()  # the looks between which news is heard: every 5 s, when it runs
            await watch.poll()
            await keep(stream, 10)
            assert (await watch.poll()).missed == 0
            await keep(stream, -1)


async def test_a_quiet_subject(watch: StreamWatch, stream: Stream) -> None:
    """Whoever has nothing before it misses nothing of what others are told."""
    for _ in range(3):
        for _ in range(30):
            await stream.publish("order:created", b"{}", {})
        await watch.poll()
        await watch.poll()
        await keep(stream, 5)
        position = await watch.poll()
        await keep(stream, -1)

    assert (position.missed, position.awaited) == (0, {})


async def test_a_new_listener_on_an_old_stream(stream: Stream, database: Database) -> None:
    """It never missed anything; yet what it would have heard of is told again, once."""
    await publish(stream, 30)
    await keep(stream, 10)
    consumer = Consumer(Recorder(), stream, DeadLetters(stream))
    await consumer.create()
    watch = watching(stream, database, consumer)

    first = await watch.poll()
    await keep(stream, 5)
    second = await watch.poll()

    assert (set(first.awaited), first.missed) == ({"tickets"}, 0)
    assert (second.awaited, second.missed) == (first.awaited, 0)
    watch.missing.update(second)
    assert (watch.missing.awaiting, watch.missing.nothing_of("tickets")) == (1, True)


async def test_a_new_listener_on_a_new_stream(stream: Stream, database: Database) -> None:
    """Nothing was discarded: nobody is asked."""
    consumer = Consumer(Recorder(), stream, DeadLetters(stream))
    watch = watching(stream, database, consumer)

    assert (await watch.poll()).awaited == {}
    await consumer.create()
    await publish(stream, 3)
    assert (await watch.poll()).awaited == {}


NOTHING, FLOOR = (0, 0, 0), (5, 1, 50)  # pending, out, acknowledged up to
GAPS: dict[str, tuple[int | None, Any, int, str]] = {
    # remembered, consumer, first on the stream: what it is. (It was 90 long, it is 100.)
    "all is there": (90, NOTHING, 1, "heard"),
    "up to what was heard": (90, NOTHING, 91, "heard"),
    "one more": (90, NOTHING, 92, "missed"),
    "behind, and all is there": (40, FLOOR, 41, "heard"),
    "behind, gone before it was heard": (40, FLOOR, 42, "missed"),
    "gone on, so that nobody can tell": (40, NOTHING, 42, "missed"),
    "the consumer is gone": (40, None, 41, "heard"),
    "the consumer is gone, and more": (40, None, 42, "missed"),
    "new, from the beginning": (None, None, 1, "heard"),
    "new, the beginning is gone": (None, None, 2, "unknown"),
    "not remembered, all is there": (None, FLOOR, 1, "heard"),
    "not remembered, the beginning is gone": (None, NOTHING, 2, "unknown"),
}


@pytest.mark.parametrize(("before", "consumer", "first", "verdict"), GAPS.values(), ids=GAPS)
def test_each_case(before: int | None, consumer: Any, first: int, verdict: str) -> None:
    """The stream's first message against what was heard."""
    position = StreamPosition(
        id=StreamPosition.ID,
        created=datetime.now(UTC),
        last_sequence=90,
        heard={} if before is None else {"a": before},
    )

    found = compare(position, {"a": consumer and _info(*consumer)}, first, 100)

    assert found.missed == (["a"] if verdict == "missed" else [])
    assert found.unknown == (["a"] if verdict == "unknown" else [])
    if verdict == "heard":
        assert found.heard["a"] >= max(before or 0, first - 1)
    else:
        assert found.heard["a"] == 100


def _info(pending: int, out: int, floor: int) -> ConsumerInfo:
    info: ConsumerInfo = ConsumerInfo.from_response(
        {
            "name": "a",
            "stream_name": "s",
            "config": {},
            "created": "2026-01-01T00:00:00Z",
            "num_pending": pending,
            "num_ack_pending": out,
            "ack_floor": {"consumer_seq": floor, "stream_seq": floor},
        }
    )
    return info
