"""Micro-batching: its own rules."""

import asyncio
from collections.abc import Sequence

import pytest

from ticketing_common import batch as module
from ticketing_common.batch import Batch, Shared


class Recorded:
    """Doubles numbers; a call waits until it is let go."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.gate = asyncio.Semaphore(0)

    def let_go(self, calls: int) -> None:
        for _ in range(calls):
            self.gate.release()

    async def run(self, items: list[int]) -> Sequence[int | Exception]:
        self.calls.append(items)
        await self.gate.acquire()
        return [ValueError(item) if item < 0 else item * 2 for item in items]


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


async def _started(recorded: Recorded, calls: int) -> None:
    while len(recorded.calls) < calls:
        await asyncio.sleep(0)


async def test_what_comes_meanwhile_goes_together(recorded: Recorded) -> None:
    """The first goes at once; who asks while it is under way goes with the next call."""
    batch: Batch[int, int] = Batch(recorded.run)
    first = asyncio.create_task(batch.ask(1))
    await _started(recorded, 1)
    others = [asyncio.create_task(batch.ask(number)) for number in (2, 3, 4)]

    recorded.let_go(2)

    assert await asyncio.gather(first, *others) == [2, 4, 6, 8]
    assert recorded.calls == [[1], [2, 3, 4]]
    assert batch.idle


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


async def test_a_cancelled_caller_takes_nobody_along(recorded: Recorded) -> None:
    """The call goes on for the others."""
    batch: Batch[int, int] = Batch(recorded.run)
    gone, other = asyncio.create_task(batch.ask(1)), asyncio.create_task(batch.ask(2))
    await _started(recorded, 1)

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


async def test_a_reader_after_a_rest_waits_for_company(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes at once goes at once; who comes after a commit does not come alone."""
    loop = asyncio.get_running_loop()
    batch: Batch[int, int] = Batch(recorded.run)
    recorded.let_go(5)

    async def one_after_the_other(*numbers: int) -> None:
        first = asyncio.create_task(batch.ask(numbers[0]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # is on its way by now, if it does not wait
        await asyncio.gather(first, batch.ask(numbers[1]))

    await asyncio.gather(batch.ask(1), batch.ask(2))
    await one_after_the_other(3, 4)
    clock = loop.time
    monkeypatch.setattr(loop, "time", lambda: clock() + 0.01)
    await one_after_the_other(5, 6)

    assert recorded.calls == [[1, 2], [3], [4], [5, 6]]


async def test_a_call_that_is_cancelled_leaves_nobody_waiting(recorded: Recorded) -> None:
    """Neither those it was made for nor those who came meanwhile."""

    async def run(items: list[int]) -> list[int]:
        await recorded.run(items)
        raise asyncio.CancelledError

    batch: Batch[int, int] = Batch(run)
    first = asyncio.create_task(batch.ask(1))
    await _started(recorded, 1)
    late = asyncio.create_task(batch.ask(2))
    await asyncio.sleep(0)
    recorded.let_go(1)

    done, waiting = await asyncio.wait({first, late}, timeout=10)

    assert not waiting
    assert all(each.cancelled() for each in done)
    again = asyncio.create_task(batch.ask(3))
    await _started(recorded, 2)
    assert recorded.calls == [[1], [3]]
    recorded.let_go(1)
    await asyncio.wait({again}, timeout=10)


async def test_writes_wait_for_company_after_a_busy_one(recorded: Recorded) -> None:
    """Callers in a loop come back together: the first of them does not go alone."""
    batch: Batch[int, int] = Batch.of_writes(recorded.run)
    recorded.let_go(3)
    await asyncio.gather(*(batch.ask(number) for number in (1, 2)))

    soon = asyncio.create_task(batch.ask(3))
    await asyncio.sleep(0)  # would be on its way by now
    answers = list(await asyncio.gather(soon, batch.ask(4)))

    assert answers == [6, 8]
    assert recorded.calls == [[1, 2], [3, 4]]


async def test_the_wait_ends_when_all_have_come_back(recorded: Recorded) -> None:
    """As many as were answered, and those who came meanwhile; a pause would end it much later."""
    batch: Batch[int, int] = Batch(recorded.run, pause=3600.0, rest=0.0)
    first = [asyncio.create_task(batch.ask(number)) for number in (1, 2)]
    await _started(recorded, 1)
    meanwhile = asyncio.create_task(batch.ask(3))
    await asyncio.sleep(0)
    recorded.let_go(2)
    await asyncio.gather(*first)

    one_back = asyncio.create_task(batch.ask(1))
    for _ in range(5):
        await asyncio.sleep(0)  # would be on its way by now
    assert recorded.calls == [[1, 2]]
    async with asyncio.timeout(60):
        await asyncio.gather(meanwhile, one_back, batch.ask(2))

    assert recorded.calls == [[1, 2], [3, 1, 2]]


async def test_a_full_call_waits_for_nobody(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are: no more fit into one."""
    monkeypatch.setattr(module, "LIMIT", 2)
    batch: Batch[int, int] = Batch(recorded.run, pause=3600.0, rest=0.0)
    recorded.let_go(3)

    async with asyncio.timeout(60):
        await asyncio.gather(*(batch.ask(number) for number in range(6)))

    assert recorded.calls == [[0, 1], [2, 3], [4, 5]]


async def test_the_wait_ends_though_nobody_comes_back(recorded: Recorded) -> None:
    """A pause, and no more: the others may never come again."""
    batch: Batch[int, int] = Batch(recorded.run, pause=0.001, rest=0.0)
    recorded.let_go(2)
    await asyncio.gather(*(batch.ask(number) for number in (1, 2, 3)))

    async with asyncio.timeout(60):
        assert await batch.ask(4) == 8


async def test_one_call_with_less_company_does_not_end_the_wait_for_more(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was among the most may have been held up; nearly as many are waited for once more."""
    monkeypatch.setattr(module, "MEMORY", 3600.0)
    batch: Batch[int, int] = Batch(recorded.run, pause=0.2, rest=0.0)
    recorded.let_go(4)
    await asyncio.gather(*(batch.ask(number) for number in range(10)))
    await asyncio.gather(batch.ask(10), batch.ask(11))  # the others don't come in time

    back = []
    for number in range(12, 24):
        back.append(asyncio.create_task(batch.ask(number)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # a call would be on its way by now
    await asyncio.gather(*back)

    assert list(map(len, recorded.calls)) == [10, 2, 9, 3]


async def test_after_a_while_nobody_is_expected_back(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was a rush is over; who comes in pairs waits for a pair."""
    loop = asyncio.get_running_loop()
    batch: Batch[int, int] = Batch(recorded.run, pause=3600.0, rest=0.0)
    recorded.let_go(3)
    await asyncio.gather(*(batch.ask(number) for number in range(10)))
    clock = loop.time
    monkeypatch.setattr(loop, "time", lambda: clock() + module.MEMORY)

    async with asyncio.timeout(60):
        await asyncio.gather(batch.ask(10), batch.ask(11))
        await asyncio.gather(batch.ask(12), batch.ask(13))

    assert list(map(len, recorded.calls)) == [10, 2, 2]


async def test_a_single_write_waits_for_nobody(recorded: Recorded) -> None:
    """Where nothing else goes on, company is not to be expected."""
    batch: Batch[int, int] = Batch.of_writes(recorded.run)
    recorded.let_go(1)
    await batch.ask(1)

    alone = asyncio.create_task(batch.ask(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert recorded.calls == [[1], [2]]
    recorded.let_go(1)
    await alone
