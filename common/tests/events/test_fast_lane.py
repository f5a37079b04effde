"""News is heard ahead of a backlog: on a real NATS server."""

import asyncio

import pytest
from nats.js.errors import NotFoundError

from common.tests.conftest import Recorder, Until
from common.tests.events.consuming import consuming, event
from ticketing_common.events import consumer, delivery, fast_lane
from ticketing_common.events.catalogue import TicketUpdated
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.fast_lane import FAR_BEHIND
from ticketing_common.events.message import AGAIN, Message
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.stream import Stream

OLD = FAR_BEHIND + 200


@pytest.fixture(autouse=True)
def few_recent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer than would keep the slow listener busy."""
    monkeypatch.setattr(fast_lane, "RECENT", 20)


class Slow(Recorder):
    """Gets nowhere with old events until its gate is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.begun: set[str] = set()

    async def on_message(self, event: TicketUpdated) -> None:
        if event.title == "old":
            self.begun.add(event.id)
            await self.gate.wait()
        await super().on_message(event)

    @property
    def ids(self) -> set[str]:
        return {event.id for event in self.heard}


@pytest.fixture
async def old(stream: Stream) -> set[str]:
    """A backlog; the ids it tells of."""
    events = [event().model_copy(update={"title": "old"}) for _ in range(OLD)]
    outcomes = await Publisher(stream).send([Message.of(each) for each in events])
    assert not any(outcomes)
    return {each.id for each in events}


async def _has_fast_lane(stream: Stream, listener: Recorder) -> bool:
    try:
        await stream.jetstream.consumer_info(stream.name, f"{listener.durable}_replay")
    except NotFoundError:
        return False
    return True


async def test_news_does_not_wait(stream: Stream, old: set[str], until: Until) -> None:
    """A new event is heard while not one of the old ones can be; afterwards all have been."""
    listener, new = Slow(), event()

    async with consuming(stream, listener):
        await until(lambda: bool(listener.begun))
        await until(lambda: _has_fast_lane(stream, listener))
        await Publisher(stream).publish(new)
        await until(lambda: listener.heard == [new])

        listener.gate.set()
        await until(lambda: listener.ids == {*old, new.id})
        await until(lambda: _lane_gone(stream, listener))


async def test_news_of_a_moment_ago(stream: Stream, old: set[str], until: Until) -> None:
    """What came while the consumer was gone, and the second one was not there, is heard first."""
    listener, new = Slow(), event()
    await Publisher(stream).publish(new)

    async with consuming(stream, listener):
        await until(lambda: listener.heard == [new])
        listener.gate.set()
        await until(lambda: listener.ids == {*old, new.id})


async def _lane_gone(stream: Stream, listener: Recorder) -> bool:
    return not await _has_fast_lane(stream, listener)


async def test_what_is_told_again_is_no_news(stream: Stream, old: set[str], until: Until) -> None:
    """A flood of it does not keep what is new waiting, and is heard in its turn."""
    listener, new = Slow(), event()
    flood = [event().model_copy(update={"title": "old"}) for _ in range(OLD)]

    async with consuming(stream, listener):
        await until(lambda: _has_fast_lane(stream, listener))
        await Publisher(stream).send([_again(each) for each in flood])
        await Publisher(stream).publish(new)
        await until(lambda: listener.heard == [new])
        assert listener.begun.isdisjoint(each.id for each in flood)

        listener.gate.set()
        await until(lambda: listener.ids == {*old, *(each.id for each in flood), new.id})


def _again(event: TicketUpdated) -> Message:
    message = Message.of(event)
    return Message(f"{message.id}{AGAIN}1", message.subject, message.data, message.headers)


async def test_falling_behind(stream: Stream, until: Until) -> None:
    """A flood that comes while it listens does not keep news waiting either."""
    listener, new = Slow(), event()
    flood = [event().model_copy(update={"title": "old"}) for _ in range(2 * OLD)]

    async with consuming(stream, listener) as _:
        await Publisher(stream).publish(first := event())
        await until(lambda: listener.heard == [first])
        await Publisher(stream).send([Message.of(each) for each in flood])
        listener.gate.set()
        await until(lambda: _has_fast_lane(stream, listener))
        listener.gate.clear()
        await Publisher(stream).publish(new)
        await until(lambda: new in listener.heard)
        assert len(listener.heard) < len(flood)
        listener.gate.set()


async def test_a_restart_loses_nothing(
    stream: Stream, old: set[str], until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the middle, the service goes on where it was."""
    monkeypatch.setattr(consumer, "ACK_WAIT", 1.0)  # seconds until it has what the first one had
    first = Slow()
    async with consuming(stream, first):
        await until(lambda: _has_fast_lane(stream, first))
        first.gate.set()
        await until(lambda: len(first.heard) > OLD // 3)

    second = Slow()
    second.gate.set()
    async with consuming(stream, second):
        await until(lambda: first.ids | second.ids == old)
        await until(lambda: _lane_gone(stream, second))


async def test_what_fails_early_fails_once(
    stream: Stream, old: set[str], until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no handler can digest is left to the backlog's turn: one dead letter, not two."""
    monkeypatch.setattr(delivery, "MAX_FAILURES", 1)
    listener, poison = Slow(), event()

    def trouble(event: TicketUpdated, _: int) -> None:
        if event.id == poison.id:
            raise ValueError("a bug")

    listener.trouble = trouble
    async with consuming(stream, listener) as [hearing]:
        await until(lambda: _has_fast_lane(stream, listener))
        await Publisher(stream).publish(poison)
        await until(lambda: listener.seen.get(poison.id) == 1)
        assert await hearing.dead_letters.count() == 0
        listener.gate.set()
        await until(lambda: listener.ids == old)
        await until(lambda: listener.seen[poison.id] == 2)
        await until(lambda: _one_kept(hearing.dead_letters))


async def _one_kept(letters: DeadLetters) -> bool:
    return await letters.count() == 1
