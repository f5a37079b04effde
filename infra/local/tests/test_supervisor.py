"""All processes together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ticketing_local.problems import ProblemError
from ticketing_local.processes.keeper import LAST_WORDS
from ticketing_local.processes.process import Probe, Process, Stage
from ticketing_local.processes.supervisor import Supervisor
from ticketing_local.testing import FOREVER, Told, eventually, never, python

Supervise = Callable[..., Supervisor]


@pytest.fixture
async def supervise(told: Told) -> AsyncIterator[Supervise]:
    """Makes a supervisor that is stopped when the test ends."""
    made: list[Supervisor] = []

    def make(*processes: Process) -> Supervisor:
        supervisor = Supervisor(processes, told.output, told.sentences.append, lambda: None)
        made.append(supervisor)
        return supervisor

    yield make
    for supervisor in made:
        supervisor.hurry()
        await supervisor.stop()


async def test_progress_is_told_while_it_starts(supervise: Supervise, told: Told) -> None:
    """Each process that becomes ready is a line, counted."""
    supervisor = supervise(python(FOREVER, "one"), python(FOREVER, "two"))

    await supervisor.start()

    counts = [sentence[:8] for sentence in told.sentences]
    assert counts == ["[ 1/2] o", "[ 2/2] t"]
    assert all("is ready (" in sentence for sentence in told.sentences)


async def test_a_start_that_fails_leaves_nothing_running(
    supervise: Supervise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process that can't start ends the start, and stopping ends the others."""
    monkeypatch.setattr("ticketing_local.processes.keeper.FIRST_DELAY", 0.01)
    supervisor = supervise(
        python(FOREVER, "good"), python("raise SystemExit('bad luck')", "bad", ready=never)
    )

    with pytest.raises(ProblemError, match=r"bad exited with code 1 .* bad luck"):
        await supervisor.start()
    await supervisor.stop()

    assert [keeper.pid for keeper in supervisor.keepers] == [None, None]


async def test_a_slow_start_does_not_read_like_a_fault(
    supervise: Supervise, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is still to come is counted and named, and what it said only if that is an error."""
    monkeypatch.setattr("ticketing_local.processes.supervisor.PROGRESS", 0.2)
    fine, bad = '{"level": "INFO", "message": "hm"}', '{"level": "ERROR", "message": "oh"}'
    quiet = python(f"print({fine!r}, flush=True); {FOREVER}", "quiet", ready=never)
    supervisor = supervise(quiet, python(FOREVER, "fast"))
    starting = asyncio.create_task(supervisor.start())
    await eventually(lambda: "[ 1/2] starting: quiet" in told.sentences)

    supervisor.keepers[0].output.write(bad)

    await eventually(lambda: "[ 1/2] starting: quiet; quiet said: oh" in told.sentences)
    starting.cancel()
    await asyncio.wait({starting})


async def test_a_start_that_takes_for_ever_is_given_up(
    supervise: Supervise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is not ready, and what it said last, is told in the end."""
    monkeypatch.setattr("ticketing_local.processes.supervisor.PROGRESS", 0.2)
    supervisor = supervise(
        python(f"print('hm', flush=True); {FOREVER}", "slow", ready=never),
        python(FOREVER, "fast"),
    )
    starting = asyncio.create_task(supervisor.start())
    slow, fast = supervisor.keepers
    await eventually(lambda: fast.is_ready and slow.output.last_words == "hm")

    monkeypatch.setattr("ticketing_local.processes.supervisor.START_LIMIT", 0)

    with pytest.raises(ProblemError, match="s not ready: slow; slow said last: hm"):
        await starting


async def test_the_stores_stop_last(supervise: Supervise, tmp_path: Path) -> None:
    """First the gateway stops, then the services, then the stores."""
    diary = tmp_path / "diary"

    def writes(name: str) -> str:
        return (
            "import signal, sys\n"
            "def stop(*_):\n"
            f"    open({str(diary)!r}, 'a').write('{name} ')\n"
            "    sys.exit()\n"
            "signal.signal(signal.SIGTERM, stop)\n"
            f"open({str(tmp_path / name)!r}, 'w').close()\n"
            "signal.pause()"
        )

    def has_started(name: str) -> Probe:
        async def probe() -> bool:
            return (tmp_path / name).exists()

        return probe

    supervisor = supervise(
        *(
            python(writes(stage.name), stage.name, stage, has_started(stage.name))
            for stage in (Stage.STORE, Stage.GATEWAY, Stage.SERVICE)
        )
    )
    await supervisor.start()

    await asyncio.wait_for(supervisor.stop(), 5)

    assert diary.read_text().split() == ["GATEWAY", "SERVICE", "STORE"]


def test_patience_is_less_than_ten_seconds_in_all() -> None:
    """Even if every process had to be killed, stopping takes less than 10 s."""
    assert sum(stage.patience for stage in Stage) + 2 * LAST_WORDS < 10
