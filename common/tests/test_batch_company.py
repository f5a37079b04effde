"""How long a batch waits for company."""

import asyncio

import pytest

from common.tests.recorded import Recorded, started
from ticketing_common import batch as module
from ticketing_common.batch import Batch


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
    await started(recorded, 1)
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
