"""How long a batch waits for company."""

import asyncio
from collections.abc import Callable
from itertools import count
from types import SimpleNamespace

import pytest

from common.tests.recorded import Recorded, started
from ticketing_common import batch as module
from ticketing_common.batch import Batch

LONG = 3600.0  # seconds; no test waits for it


@pytest.fixture
def calls_take(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """`calls_take(seconds)`: by the clock of batches, whatever they take."""

    def take(seconds: float) -> None:
        clock = count(step=seconds)  # is asked before a call and after it
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(clock)))
        monkeypatch.setattr(module, "PAUSE", LONG)

    return take


async def test_a_call_for_several_is_followed_by_one_for_as_many(
    recorded: Recorded, calls_take: Callable[[float], None]
) -> None:
    """Callers in a loop come back together: the first of them does not go alone. Those who came
    meanwhile are waited with, and a pause would end it much later."""
    calls_take(LONG)
    batch: Batch[int, int] = Batch(recorded.run)
    first = [asyncio.create_task(batch.ask(number)) for number in (1, 2)]
    await started(recorded, 1)
    meanwhile = asyncio.create_task(batch.ask(3))
    await asyncio.sleep(0)
    recorded.let_go(2)
    await asyncio.gather(*first)

    one_back = asyncio.create_task(batch.ask(1))
    await rounds_of_the_loop()
    assert recorded.calls == [[1, 2]]
    async with asyncio.timeout(60):
        await asyncio.gather(meanwhile, one_back, batch.ask(2))

    assert recorded.calls == [[1, 2], [3, 1, 2]]


async def test_a_full_call_waits_for_nobody(
    recorded: Recorded, calls_take: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are: no more fit into one."""
    monkeypatch.setattr(module, "LIMIT", 2)
    calls_take(LONG)
    batch: Batch[int, int] = Batch(recorded.run)
    recorded.let_go(3)

    async with asyncio.timeout(60):
        await asyncio.gather(*(batch.ask(number) for number in range(6)))

    assert recorded.calls == [[0, 1], [2, 3], [4, 5]]


@pytest.mark.parametrize(("took", "pause"), [(0.001, LONG), (LONG, 0.001)])
async def test_the_wait_ends_though_nobody_comes_back(
    recorded: Recorded,
    calls_take: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
    took: float,
    pause: float,
) -> None:
    """It is no longer than the call before it took, nor than a pause: they may never come."""
    calls_take(took)
    monkeypatch.setattr(module, "PAUSE", pause)
    batch: Batch[int, int] = Batch(recorded.run)
    recorded.let_go(2)
    await asyncio.gather(*(batch.ask(number) for number in (1, 2, 3)))

    async with asyncio.timeout(60):
        assert await batch.ask(4) == 8


async def test_a_single_caller_waits_for_nobody(
    recorded: Recorded, calls_take: Callable[[float], None]
) -> None:
    """Where nothing else goes on, company is not to be expected."""
    calls_take(LONG)
    batch: Batch[int, int] = Batch(recorded.run)
    recorded.let_go(1)
    await batch.ask(1)

    alone = asyncio.create_task(batch.ask(2))
    await rounds_of_the_loop()

    assert recorded.calls == [[1], [2]]
    recorded.let_go(1)
    await alone


async def rounds_of_the_loop() -> None:
    """Enough of them for a call that does not wait to be on its way."""
    for _ in range(5):
        await asyncio.sleep(0)
