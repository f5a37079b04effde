"""One process, kept running."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from ticketing_local.problems import ProblemError
from ticketing_local.processes.inspection import session_members
from ticketing_local.processes.keeper import DEATHS_AT_START, Keeper
from ticketing_local.processes.process import Probe, Process, Stage
from ticketing_local.testing import FOREVER, Told, at_once, eventually, never, python

Keep = Callable[[Process], Keeper]
DEAF = f"""
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('deaf', flush=True)
{FOREVER}
"""


async def test_a_killed_process_is_started_again(keep: Keep, told: Told) -> None:
    """What is killed comes back, ready, as another process."""
    keeper = keep(python(FOREVER))
    await eventually(lambda: keeper.is_ready)
    first = keeper.pid

    os.kill(first or 0, signal.SIGKILL)
    await eventually(lambda: keeper.restarts == 1 and keeper.is_ready)

    assert keeper.pid not in (None, first)
    assert "child was ended by SIGKILL; it is started again in 0.2 s" in told.sentences


async def test_leaving_without_an_error_is_a_death_too(keep: Keep, told: Told) -> None:
    """A process that exits with 0 is started again."""
    keeper = keep(python("print('hello')"))

    await eventually(lambda: keeper.restarts == 1)

    assert any("exited with code 0" in sentence for sentence in told.sentences)
    assert "hello" in told.log()


async def test_pauses_between_restarts_grow(keep: Keep, told: Told) -> None:
    """A process that dies at once is not started in a tight loop."""
    keep(python("raise SystemExit(3)"))

    await eventually(lambda: len([s for s in told.sentences if "again in" in s]) == 3)

    pauses = [s.split("again in ")[1] for s in told.sentences if "again in" in s]
    assert pauses == ["0.2 s", "0.4 s", "0.8 s"]


async def test_one_that_never_was_ready_is_given_up(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dying again and again before being ready ends the start, with its last words."""
    monkeypatch.setattr("ticketing_local.processes.keeper.FIRST_DELAY", 0.01)
    process = python("raise SystemExit('no such thing')", ready=never)

    with pytest.raises(ProblemError) as problem:
        await Keeper(process, told.output(process), told.tell).keep()

    assert str(problem.value) == (
        f"child exited with code 1 {DEATHS_AT_START} times before it was ready;"
        " the last it said: no such thing"
    )


async def test_a_program_that_is_gone_is_a_death_with_a_reason(keep: Keep, told: Told) -> None:
    """What can't be started is told, and tried again."""
    process = Process("child", ("/no/such/program",), {}, 0, python("").stage, never)

    keep(process)
    await eventually(lambda: told.sentences)

    assert "could not be started (No such file or directory)" in told.sentences[0]


async def test_what_a_dead_process_started_dies_with_it(keep: Keep) -> None:
    """A worker that outlives its master can't hold on to the master's port."""
    keeper = keep(
        python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{FOREVER}'])")
    )
    await eventually(lambda: keeper.pid and len(session_members(keeper.pid)) == 2)
    master = keeper.pid or 0

    os.kill(master, signal.SIGKILL)
    await eventually(lambda: keeper.pid not in (None, master))

    assert session_members(master) == []


async def test_stopping_asks_first(keep: Keep, told: Told) -> None:
    """A process is given the time to end by itself."""
    keeper = keep(
        python(
            "import signal, sys\n"
            "signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('goodbye')))\n"
            "print('here', flush=True)\n"
            "signal.pause()"
        )
    )
    await eventually(lambda: "here" in told.log())

    await keeper.stop(asyncio.Event())

    assert keeper.pid is None
    await eventually(lambda: "goodbye" in told.log())


async def test_who_does_not_stop_is_killed(keep: Keep, told: Told) -> None:
    """The patience of the stage is the longest that stopping takes."""
    keeper = keep(python(DEAF, stage=Stage.GATEWAY))
    await eventually(lambda: "deaf" in told.log())
    started = time.monotonic()

    await keeper.stop(asyncio.Event())

    patience = keeper.process.stage.patience
    assert time.monotonic() - started >= patience
    assert keeper.pid is None


async def test_a_hurry_cuts_the_patience_short(keep: Keep, told: Told) -> None:
    """Whoever asks a second time does not wait for the deaf."""
    keeper = keep(python(DEAF))
    await eventually(lambda: "deaf" in told.log())
    hurry = asyncio.Event()

    stopping = asyncio.create_task(keeper.stop(hurry))
    hurry.set()
    await asyncio.wait_for(stopping, 3)

    assert keeper.pid is None


@pytest.mark.parametrize("ready", [at_once, never])
async def test_one_that_gives_no_sign_of_life_is_started_again(
    keep: Keep, told: Told, monkeypatch: pytest.MonkeyPatch, ready: Probe
) -> None:
    """A process that hangs for long is ended, which starts it again, ready before or not."""
    monkeypatch.setattr("ticketing_local.processes.keeper.ALIVE_INTERVAL", 0.01)
    process = python(FOREVER)
    hung = replace(process, ready=ready, alive=never)

    keeper = keep(hung)
    await eventually(lambda: keeper.restarts == 1)

    assert "child gives no sign of life" in told.sentences


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels have no such policy")
@pytest.mark.parametrize("stage", Stage)
async def test_a_store_pushes_nobody_aside(keep: Keep, stage: Stage) -> None:
    """What requests wait for is scheduled as usual, stores when their turn comes."""
    keeper = keep(python(FOREVER, stage=stage))
    await eventually(lambda: keeper.is_ready)

    policy = os.sched_getscheduler(keeper.pid or 0)

    assert policy == (os.SCHED_BATCH if stage is Stage.STORE else os.sched_getscheduler(0))
