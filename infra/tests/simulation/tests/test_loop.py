"""The loop with a virtual clock."""

import asyncio
from contextlib import suppress

from infra.tests.simulation.loop import Owner, SimulatedLoop


def run(seed: int, loop: SimulatedLoop) -> list[str]:
    """Two processes that count aloud; what was heard."""
    heard: list[str] = []

    async def count(name: str) -> None:
        for number in range(5):
            heard.append(f"{name} {number}")
            await asyncio.sleep(0)

    async def world() -> None:
        tasks = [
            Owner(name).context().run(asyncio.ensure_future, count(name)) for name in ("a", "b")
        ]
        await asyncio.gather(*tasks)

    loop.run_until_complete(world())
    return heard


def test_a_seed_decides_who_goes_next() -> None:
    """The same seed gives the same order of steps, and some other seed another one."""
    # Given two processes, when they run under one seed twice and under others
    first, again = run(1, SimulatedLoop(1)), run(1, SimulatedLoop(1))
    others = [run(seed, SimulatedLoop(seed)) for seed in range(2, 12)]

    # Then a seed is an order, and each process keeps its own
    assert first == again
    assert any(each != first for each in others)
    for heard in (first, *others):
        for name in ("a", "b"):
            mine = [each for each in heard if each.startswith(name)]
            assert mine == [f"{name} {number}" for number in range(5)]


def test_waiting_costs_nothing() -> None:
    """An hour passes as soon as nobody has anything else to do."""
    # Given a loop at its beginning
    loop = SimulatedLoop(1)

    # When somebody sleeps for an hour
    loop.run_until_complete(asyncio.sleep(3600))

    # Then it is an hour later, after a handful of steps
    assert 3600 <= loop.time() < 3600.01
    assert loop.steps < 10


def test_a_killed_process_does_nothing_more() -> None:
    """Not even what would tidy up: that is what `kill -9` is like."""
    # Given a process that would say goodbye
    loop, owner = SimulatedLoop(1), Owner("mortal")
    said: list[str] = []

    async def live() -> None:
        with suppress(asyncio.CancelledError):
            try:
                await asyncio.sleep(1)
            finally:
                said.append("goodbye")

    task = owner.context().run(loop.create_task, live())

    # When it is killed
    loop.call_later(0.5, loop.kill, owner)
    loop.run_until_complete(asyncio.sleep(2))

    # Then it never did
    assert said == []
    assert not task.done()
    task._log_destroy_pending = False  # type: ignore[attr-defined]


def test_a_frozen_process_goes_on_where_it_was() -> None:
    """Timers that came due meanwhile are not lost."""
    # Given a process that wakes up once a second
    loop, owner = SimulatedLoop(1), Owner("sleeper")
    woke: list[float] = []

    async def live() -> None:
        for _ in range(3):
            await asyncio.sleep(1)
            woke.append(round(loop.time(), 1))

    task = owner.context().run(loop.create_task, live())

    # When it is frozen from 1.5 to 5 seconds
    loop.call_later(1.5, loop.freeze, owner)
    loop.call_later(5.0, loop.thaw, owner)
    loop.run_until_complete(task)

    # Then it woke once before, and twice after
    assert woke == [1.0, 5.0, 6.0]
