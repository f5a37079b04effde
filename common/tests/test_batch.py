"""Micro-batching: its own rules."""

import asyncio
from typing import Any

from common.tests.recorded import Recorded, started
from ticketing_common.batch import Batch, Shared


async def test_what_comes_meanwhile_goes_together(recorded: Recorded) -> None:
    """The first goes at once; who asks while it is under way goes with the next call."""
    batch: Batch[int, int] = Batch(recorded.run)
    first = asyncio.create_task(batch.ask(1))
    await started(recorded, 1)
    others = [asyncio.create_task(batch.ask(number)) for number in (2, 3, 4)]

    recorded.let_go(2)

    assert await asyncio.gather(first, *others) == [2, 4, 6, 8]
    assert recorded.calls == [[1], [2, 3, 4]]


async def test_one_bad_item_fails_alone(recorded: Recorded) -> None:
    """Neighbours of what fails get their results."""
    batch: Batch[int, int] = Batch(recorded.run)
    recorded.let_go(1)

    results = await asyncio.gather(batch.ask(1), batch.ask(-1), return_exceptions=True)

    assert results[0] == 2
    assert isinstance(results[1], ValueError)


async def test_a_failed_call_fails_all_of_it_and_no_later_one(recorded: Recorded) -> None:
    """An outage is every caller's; the next call is a new try."""
    calls = 0

    async def run(items: list[int]) -> list[int]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ConnectionError
        return items

    batch: Batch[int, int] = Batch(run)

    results = await asyncio.gather(batch.ask(1), batch.ask(2), return_exceptions=True)

    assert [type(result) for result in results] == [ConnectionError, ConnectionError]
    assert await batch.ask(3) == 3


async def test_as_many_answers_as_items() -> None:
    """Nobody is given another's, and nobody waits for one that never comes."""

    async def run(items: list[int]) -> list[int]:
        return items[:-1]

    batch: Batch[int, int] = Batch(run)

    asked = [asyncio.create_task(batch.ask(number)) for number in (1, 2)]
    done, waiting = await asyncio.wait(asked, timeout=10)

    assert not waiting
    assert [type(each.exception()) for each in done] == [ValueError, ValueError]


async def test_a_cancelled_caller_takes_nobody_along(recorded: Recorded) -> None:
    """The call goes on for the others."""
    batch: Batch[int, int] = Batch(recorded.run)
    gone, other = asyncio.create_task(batch.ask(1)), asyncio.create_task(batch.ask(2))
    await started(recorded, 1)

    gone.cancel()
    recorded.let_go(1)

    assert await other == 4
    assert gone.cancelled() or await asyncio.wait({gone})


async def test_a_shared_answer_is_asked_after_the_question() -> None:
    """A reader never gets an answer to a query that began before they asked."""
    shared: Shared[int] = Shared()
    asked = 0
    gate = asyncio.Semaphore(0)

    async def answer() -> int:
        nonlocal asked
        asked += 1
        mine = asked
        await gate.acquire()
        return mine

    first = asyncio.create_task(shared.ask("q", answer))
    while not asked:
        await asyncio.sleep(0)
    late = [asyncio.create_task(shared.ask("q", answer)) for _ in range(3)]
    gate.release()
    gate.release()

    assert await first == 1
    assert await asyncio.gather(*late) == [2, 2, 2]


async def test_a_question_is_forgotten_with_whoever_asked(recorded: Recorded) -> None:
    """Answered or gone: no memory is kept of what was asked once."""
    shared: Shared[Any] = Shared()
    gone = asyncio.create_task(shared.ask("q", lambda: recorded.run([1])))
    await started(recorded, 1)
    gone.cancel()
    await asyncio.wait({gone})
    assert not shared._questions

    recorded.let_go(2)
    assert await asyncio.gather(*(shared.ask("q", lambda: recorded.run([2])) for _ in "ab"))
    assert not shared._questions


async def test_a_call_that_is_cancelled_leaves_nobody_waiting(recorded: Recorded) -> None:
    """Neither those it was made for nor those who came meanwhile."""

    async def run(items: list[int]) -> list[int]:
        await recorded.run(items)
        raise asyncio.CancelledError

    batch: Batch[int, int] = Batch(run)
    first = asyncio.create_task(batch.ask(1))
    await started(recorded, 1)
    late = asyncio.create_task(batch.ask(2))
    await asyncio.sleep(0)
    recorded.let_go(1)

    done, waiting = await asyncio.wait({first, late}, timeout=10)

    assert not waiting
    assert all(each.cancelled() for each in done)
    again = asyncio.create_task(batch.ask(3))
    await started(recorded, 2)
    assert recorded.calls == [[1], [3]]
    recorded.let_go(1)
    await asyncio.wait({again}, timeout=10)
