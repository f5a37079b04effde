"""Finding processes, also those of an earlier run."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ticketing_local.data.state import end_leftovers, snapshot
from ticketing_local.processes.inspection import (
    boot_id,
    is_stopped,
    own_age,
    session_members,
    start_time,
)
from ticketing_local.processes.keeper import Keeper
from ticketing_local.testing import FOREVER, Told, python

MASTER = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{FOREVER}'])"


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that leads its own session, with a worker."""
    with subprocess.Popen([sys.executable, "-c", MASTER], start_new_session=True) as process:
        while len(session_members(process.pid)) < 2:
            assert process.poll() is None
        yield process
        for pid in session_members(process.pid):
            os.kill(pid, 9)


def state(path: Path, pid: int, started: float | None, boot: str | None = None) -> Path:
    path.write_text(
        json.dumps(
            {
                "boot": boot_id() if boot is None else boot,
                "processes": [{"name": "x", "pid": pid, "started": started}, {"pid": None}],
            }
        )
    )
    return path


def test_what_an_earlier_run_left_is_ended(
    stranger: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    """With all that it started."""
    path = state(tmp_path / "state.json", stranger.pid, start_time(stranger.pid))

    assert end_leftovers(path) == 2
    assert session_members(stranger.pid) == []


def test_a_dead_master_s_worker_is_ended(stranger: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """NGINX's workers outlive a master that was killed."""
    path = state(tmp_path / "state.json", stranger.pid, start_time(stranger.pid))
    stranger.kill()
    stranger.wait()

    assert end_leftovers(path) == 1


@pytest.mark.parametrize("boot", [None, "another boot"])
def test_a_pid_that_others_have_now_is_left_alone(
    stranger: subprocess.Popen[bytes], tmp_path: Path, boot: str | None
) -> None:
    """A process with that pid but another start is none of ours."""
    started = start_time(stranger.pid)
    assert started
    path = state(tmp_path / "state.json", stranger.pid, started if boot else started - 1, boot)

    assert end_leftovers(path) == 0
    assert stranger.poll() is None


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"boot": "x", "processes": 3}'])
def test_a_state_that_says_nothing_is_no_obstacle(tmp_path: Path, text: str) -> None:
    """Another version's file, or half a disk's."""
    path = tmp_path / "state.json"
    path.write_text(text)

    assert end_leftovers(path) == 0
    assert end_leftovers(tmp_path / "none") == 0


def test_the_state_tells_who_runs_where(told: Told) -> None:
    """Name, pid, port and argv of each process, so that others can find it."""
    process = python(FOREVER, "auth")
    keeper = Keeper(process, told.output(process), told.tell)

    told_state = snapshot("http://localhost:1", [keeper], ready=False)
    keeper.output.close()

    assert told_state["supervisor"] == {"pid": os.getpid(), "started": start_time(os.getpid())}
    assert told_state["processes"] == [
        {
            "name": "auth",
            "pid": None,
            "started": None,
            "port": 0,
            "argv": list(process.argv),
            "ready": False,
            "restarts": 0,
        }
    ]


def test_a_process_knows_its_age() -> None:
    """Which includes the time its imports took."""
    assert 0 < own_age() < 24 * 3600


def test_a_process_is_stopped_once_all_its_threads_are(stranger: subprocess.Popen[bytes]) -> None:
    """And not before, nor once it goes on."""
    assert not is_stopped(stranger.pid)

    stranger.send_signal(signal.SIGSTOP)
    while not is_stopped(stranger.pid):
        assert stranger.poll() is None

    stranger.send_signal(signal.SIGCONT)
    assert not is_stopped(stranger.pid)
