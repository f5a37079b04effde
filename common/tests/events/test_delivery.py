"""What becomes of messages: on a real NATS server."""

import asyncio

import pytest
from nats.js.errors import NotFoundError

from common.tests.conftest import Note, Recorder, Until, news
from common.tests.events.consuming import consuming, event, none_pending
from ticketing_common.errors import DatabaseConnectionError
from ticketing_common.events import delivery
from ticketing_common.events.catalogue import TicketUpdated
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.delivery import Failures
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.stream import Stream
from ticketing_common.store import Store


async def test_from_the_outbox_to_the_listener(
    stream: Stream, notes: Store[Note], note: Note, until: Until
) -> None:
    """What is saved is heard, and the outbox is empty afterwards."""
    listener = Recorder()
    relay = Relay(notes.outbox, Publisher(stream))

    await notes.save(note, news(note))
    assert not await relay.drain()

    async with consuming(stream, listener):
        await until(lambda: len(listener.heard) == 1)
    assert listener.heard == [news(note)]
    assert await notes.outbox.pending(10) == []


async def test_told_twice_is_stored_once(stream: Stream, note: Note) -> None:
    """A relay that crashed before it emptied the outbox publishes again, under the same id."""
    publisher = Publisher(stream)

    await publisher.publish(news(note))
    await publisher.publish(news(note))

    assert (await stream.info()).state.messages == 1


async def test_replicas_share(stream: Stream, until: Until) -> None:
    """Two replicas of a service hear each message once between them."""
    first, second = Recorder(), Recorder()
    # So few that no slow start puts them far behind: the newest would be heard ahead, too.
    events = [event() for _ in range(40)]

    async with consuming(stream, first, second) as consumers:
        # Replicas that begin hear what is new by a second consumer, too.
        await until(lambda: not any(consumer._fast_lane.open for consumer in consumers))
        await asyncio.gather(*(Publisher(stream).publish(each) for each in events))
        await until(lambda: len(first.heard) + len(second.heard) >= 40)
        await until(lambda: none_pending(stream, first))

    heard = [each.id for each in first.heard + second.heard]
    assert sorted(heard) == sorted(each.id for each in events)


async def test_a_handler_that_keeps_failing(
    stream: Stream, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried a stated number of times, then kept with its reason; others go on."""
    monkeypatch.setattr(delivery, "MAX_FAILURES", 2)
    bad, good = event(), event()

    def trouble(heard: TicketUpdated, _: int) -> None:
        if heard.id == bad.id:
            raise ZeroDivisionError("a bug")

    listener = Recorder(trouble)
    async with consuming(stream, listener):
        await Publisher(stream).publish(bad)
        await Publisher(stream).publish(good)
        await until(lambda: listener.heard == [good])
        await until(lambda: none_pending(stream, listener))

    (letter,) = [letter async for letter in DeadLetters(stream).list()]
    assert listener.seen[bad.id] == 2
    assert (letter.reason, letter.subject) == ("a bug", "ticket:updated")


async def test_an_outage_is_retried_until_it_is_over(
    stream: Stream, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often the store was away, the message is not given up."""
    monkeypatch.setattr(delivery, "MAX_FAILURES", 1)
    late = event()

    def trouble(_: TicketUpdated, times: int) -> None:
        if times < 4:
            raise DatabaseConnectionError

    listener = Recorder(trouble)
    async with consuming(stream, listener):
        await Publisher(stream).publish(late)
        await until(lambda: listener.heard == [late])

    assert await DeadLetters(stream).count() == 0


async def test_deliveries_during_an_outage_are_no_failures(
    stream: Stream, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a long outage a handler has as many tries as ever."""
    monkeypatch.setattr(delivery, "MAX_FAILURES", 2)
    late = event()

    def trouble(_: TicketUpdated, times: int) -> None:
        if times < 3:
            raise DatabaseConnectionError
        if times == 3:
            raise ZeroDivisionError("a bug that strikes once")

    listener = Recorder(trouble)
    async with consuming(stream, listener):
        await Publisher(stream).publish(late)
        await until(lambda: listener.heard == [late])

    assert await DeadLetters(stream).count() == 0


async def test_only_so_many_failures_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages that fail without end don't fill the memory: the oldest is forgotten first."""
    monkeypatch.setattr(delivery, "MOST_COUNTED", 2)
    failures = Failures()

    counts = [failures.add(number) for number in (1, 2, 1, 3, 2, 1)]

    assert counts == [1, 1, 2, 1, 1, 1]


async def test_a_consumer_lost_on_the_server_is_made_again(stream: Stream, until: Until) -> None:
    """Someone deletes the consumer, then the whole stream: listening goes on by itself."""
    listener = Recorder()
    first, second = event(), event()

    async with consuming(stream, listener) as _:
        await until(lambda: _exists(stream, listener))
        await stream.jetstream.delete_consumer(stream.name, listener.durable)
        await Publisher(stream).publish(first)
        await until(lambda: first in listener.heard)

        await stream.jetstream.delete_stream(stream.name)
        await until(lambda: _exists(stream, listener))
        await Publisher(stream).publish(second)
        await until(lambda: second in listener.heard)


async def _exists(stream: Stream, listener: Recorder) -> bool:
    try:
        await stream.jetstream.consumer_info(stream.name, listener.durable)
    except NotFoundError:
        return False
    return True
