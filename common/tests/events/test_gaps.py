"""What the stream discarded before it was heard is noticed, and told again."""

import asyncio

import pytest

from common.tests.conftest import Note, Recorder, Until, news, watching
from common.tests.events.consuming import consuming
from common.tests.events.streams import keep, publish
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.resync import Republisher
from ticketing_common.events.stream import Stream
from ticketing_common.events.watch import StreamWatch
from ticketing_common.store import Database, Store
from ticketing_common.tasks import end
from ticketing_common.testing.in_memory import in_memory_database
from ticketing_common.types import new_id


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
