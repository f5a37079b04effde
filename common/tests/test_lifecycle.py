"""Background work: none of it ends unnoticed."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from typing import Any

import pytest

from common.tests.conftest import Note, Recorder, Until
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.stream import Stream
from ticketing_common.lifecycle import running
from ticketing_common.store import Store
from ticketing_common.tasks import side_by_side


@pytest.fixture
async def stopped() -> AsyncIterator[Callable[[], bool]]:
    """Whether this process was told to stop."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    yield told.is_set
    loop.remove_signal_handler(signal.SIGTERM)


async def returns() -> None:
    await asyncio.sleep(0)


async def raises() -> None:
    raise OSError("no more")


async def is_cancelled() -> None:
    """As a library does that cancels the future one is waiting for."""
    lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(lost.cancel)
    await lost


async def goes_on() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("work", "how"), [(returns, "returned"), (raises, "failed"), (is_cancelled, "was cancelled")]
)
async def test_any_end_stops_the_process(
    work: Callable[[], Any],
    how: str,
    stopped: Callable[[], bool],
    until: Until,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """However it ended, the log says which it was, and the process is told to stop."""
    async with running({"sweeper": work(), "other": goes_on()}):
        await until(stopped)

    (record,) = [each for each in caplog.records if each.levelno == logging.CRITICAL]
    assert (vars(record)["task"], vars(record)["ended"]) == ("sweeper", how)
    assert bool(record.exc_info) == (how == "failed")


@pytest.mark.parametrize(
    ("step", "stops"), [(returns, False), (raises, True), (is_cancelled, True)]
)
async def test_a_step_of_the_start_may_return(
    step: Callable[[], Any], stops: bool, stopped: Callable[[], bool], until: Until
) -> None:
    """And may do nothing else: a start that failed is no start."""
    async with running({"other": goes_on()}, {"connecting": step()}):
        if stops:
            await until(stopped)
        else:
            await until(lambda: not _runs("connecting"))
            assert not stopped()


async def test_what_is_asked_to_stop_says_nothing(
    stopped: Callable[[], bool], caplog: pytest.LogCaptureFixture
) -> None:
    """At the end all of it is cancelled, and that is how it should be."""
    async with running({"one": goes_on(), "two": goes_on()}):
        await asyncio.sleep(0)

    assert not stopped()
    assert not caplog.records


@pytest.mark.parametrize(
    ("work", "error"),
    [(returns, None), (raises, OSError), (is_cancelled, asyncio.CancelledError)],
)
async def test_loops_side_by_side(
    work: Callable[[], Any], error: type[BaseException] | None
) -> None:
    """The end of one is the end of all, and is told as what it was."""
    left = asyncio.Event()

    async def other() -> None:
        try:
            await goes_on()
        finally:
            left.set()

    async with asyncio.timeout(60):
        with pytest.raises(error) if error else nullcontext():
            await side_by_side(other(), work())

    assert left.is_set()


async def test_loops_that_are_asked_to_stop() -> None:
    """All of them have, before whoever asked goes on."""
    ended: list[int] = []

    async def loop(number: int) -> None:
        try:
            await goes_on()
        finally:
            await asyncio.sleep(0)
            ended.append(number)

    task = asyncio.create_task(side_by_side(loop(1), loop(2)))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
    assert sorted(ended) == [1, 2]


@pytest.mark.parametrize("part", ["_publish", "_clean_up"])
async def test_half_a_relay_is_none(
    notes: Store[Note], stream: Stream, stopped: Callable[[], bool], until: Until, part: str
) -> None:
    """A relay is more than one loop: that one of them was cancelled stops the process, too."""
    relay = Relay(notes.outbox, Publisher(stream))
    setattr(relay, part, is_cancelled)

    async with running({"relay": relay.run()}):
        await until(stopped)


async def test_half_a_consumer_is_none(
    stream: Stream, stopped: Callable[[], bool], until: Until
) -> None:
    """Nor is one without its way past a backlog."""
    consumer = Consumer(Recorder(), stream, DeadLetters(stream))
    consumer._fast_lane.run = is_cancelled  # type: ignore[method-assign]

    async with running({"consumer": consumer.run()}):
        await until(stopped)


def _runs(name: str) -> bool:
    return any(task.get_name() == name for task in asyncio.all_tasks())
