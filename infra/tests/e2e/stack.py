"""The whole marketplace, started for the tests on free ports and an empty folder."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ticketing_common.testing.ports import free_port
from ticketing_local.harness import UNLIMITED
from ticketing_local.processes.supervisor import START_LIMIT

START_TIMEOUT = START_LIMIT + 20  # seconds
STOP_TIMEOUT = 20.0

# Short enough to see an order expire, long enough to pay for one at leisure.
WINDOW_SECONDS = 40


@dataclass(frozen=True)
class Stack:
    """Where the site and the stand-in for Stripe are."""

    url: str
    stripe_url: str


@contextmanager
def running_stack(folder: Path, window_seconds: int = WINDOW_SECONDS) -> Iterator[Stack]:
    """Boot everything in `folder`; raise with the supervisor's words where it does not start."""
    ready, log = folder / "ready.json", folder / "up.log"
    command = [sys.executable, "-m", "ticketing_local", "up", "--demo", "0"]
    command += ["--port", str(free_port()), "--data", str(folder / "data")]
    command += ["--expiration-window-seconds", str(window_seconds), "--json-ready", str(ready)]
    with log.open("w") as output:
        supervisor = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **UNLIMITED}
        )
        try:
            _wait_until_ready(supervisor, ready, log)
            yield _stack(json.loads(ready.read_text()))
        finally:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait(STOP_TIMEOUT)


def _wait_until_ready(supervisor: "subprocess.Popen[bytes]", ready: Path, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not ready.exists():
        if supervisor.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the stack did not start:\n{log.read_text()}")
        time.sleep(0.1)


def _stack(report: dict[str, Any]) -> Stack:
    ports = {process["name"]: process["port"] for process in report["processes"]}
    return Stack(report["url"], f"http://127.0.0.1:{ports['stripe']}")
