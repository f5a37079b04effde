"""`state.json`: every process of the environment, for whoever has to find one."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ticketing_local.problems import ProblemError
from ticketing_local.processes.inspection import boot_id, session_members, start_time
from ticketing_local.processes.keeper import Keeper


def snapshot(url: str, keepers: Iterable[Keeper], *, ready: bool) -> dict[str, Any]:
    """The environment as it is now; a process that is not running has no pid."""
    return {
        "url": url,
        "ready": ready,
        "boot": boot_id(),
        "supervisor": {"pid": os.getpid(), "started": start_time(os.getpid())},
        "processes": [
            {
                "name": keeper.process.name,
                "pid": keeper.pid,
                "started": None if keeper.pid is None else start_time(keeper.pid),
                "port": keeper.process.port,
                "argv": list(keeper.process.argv),
                "ready": keeper.is_ready,
                "restarts": keeper.restarts,
            }
            for keeper in keepers
        ],
    }


def end_leftovers(path: Path, patience: float = 5.0) -> int:
    """Kill what an earlier run left behind, told by pid and start time; the result counts it."""
    left = [pid for leader in _leaders(path) for pid in session_members(leader)]
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + patience
    while alive := [pid for pid in left if start_time(pid) is not None]:
        if time.monotonic() > deadline:
            raise ProblemError(f"Processes of an earlier run can't be ended: {alive}.")
        time.sleep(0.01)
    return len(left)


def _leaders(path: Path) -> list[int]:
    """The pids of a state whose processes still run, or at least were not given to others."""
    try:
        state = json.loads(path.read_text())
        if state["boot"] != boot_id():
            return []
        started = {int(p["pid"]): p["started"] for p in state["processes"] if p["pid"]}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return []  # nothing was started yet, or not by this version
    return [pid for pid, start in started.items() if start_time(pid) in (start, None)]
