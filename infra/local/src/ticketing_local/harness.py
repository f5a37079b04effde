"""The whole marketplace for tests: booted in a folder of its own on a free port, ended for sure."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ticketing_common.events.rights import OPERATOR, password_variable
from ticketing_common.testing.ports import free_port
from ticketing_local.processes.inspection import is_stopped
from ticketing_local.processes.supervisor import START_LIMIT

# A test is no flood.
UNLIMITED = {
    "RATE_LIMIT_SIGNIN": "0",
    "RATE_LIMIT_SIGNIN_EMAIL": "0",
    "RATE_LIMIT_ORDERS": "0",
    "RATE_LIMIT_TICKETS": "0",
    "MAX_OPEN_ORDERS": "0",
    "MAX_DECLINES_PER_ORDER": "0",
    "MAX_DECLINES_PER_HOUR": "0",
}
BOOT_TIMEOUT = START_LIMIT + 20  # seconds
STOP_TIMEOUT = 20.0
COMMAND_TIMEOUT = 300.0


class Stack:
    """A running `ticketing up`, whose processes a test can look up, kill and freeze."""

    def __init__(self, data: Path, url: str) -> None:
        self.data = data
        self.url = url

    def processes(self) -> dict[str, dict[str, Any]]:
        """Every process by its name, as `state.json` has it: pid, port, ready, restarts."""
        state = json.loads((self.data / "state.json").read_text())
        return {process["name"]: process for process in state["processes"]}

    def url_of(self, name: str) -> str:
        """A process's own address, behind the gateway's back."""
        return f"http://127.0.0.1:{self.port(name)}"

    def port(self, name: str) -> int:
        return int(self.processes()[name]["port"])

    @property
    def nats_url(self) -> str:
        """Its NATS, for whoever may do everything there."""
        return operators_nats(self.data, self.port("nats"))

    def signal(self, name: str, number: signal.Signals) -> None:
        os.kill(self.processes()[name]["pid"], number)

    def kill(self, name: str) -> None:
        """kill -9; return once the supervisor has started it again."""
        before = self.processes()[name]["restarts"]
        self.signal(name, signal.SIGKILL)
        until(lambda: self.processes()[name]["restarts"] > before)

    def await_ready(self) -> None:
        """Return once every process is ready (again)."""
        until(lambda: all(process["ready"] for process in self.processes().values()))

    def ticketing(
        self, *words: str, given: str = "", check: bool = True
    ) -> "subprocess.CompletedProcess[str]":
        """An operator's command on this stack, in a process of its own; `given` is its input.

        Raises `CalledProcessError` where it fails and that is not to be.
        """
        argv = [str(Path(sys.executable).with_name("ticketing")), *words, "--data", str(self.data)]
        return subprocess.run(
            argv, input=given, check=check, capture_output=True, text=True, timeout=COMMAND_TIMEOUT
        )

    @contextmanager
    def frozen(self, *names: str) -> Iterator[None]:
        """The processes neither answer nor end for as long as the block lasts."""
        pids = [self.processes()[name]["pid"] for name in names]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            until(lambda: all(map(is_stopped, pids)))
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):  # ended by its supervisor meanwhile
                    os.kill(pid, signal.SIGCONT)


def operators_nats(data: Path, port: int) -> str:
    """The address of a stack's NATS with its operator's name; an older version's knows nobody."""
    password = json.loads((data / "secrets.json").read_text()).get(password_variable(OPERATOR))
    who = f"{OPERATOR}:{password}@" if password else ""
    return f"nats://{who}127.0.0.1:{port}"


def until(condition: Callable[[], bool], bound: float = 120.0) -> None:
    """Return when the condition holds; raise `TimeoutError` after so many seconds."""
    deadline = time.monotonic() + bound
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the condition was not met in time")
        time.sleep(0.05)


@contextmanager
def running_stack(data: Path, *, options: Sequence[str] = (), **env: str) -> Iterator[Stack]:
    """`ticketing up` without demo data, ready to be used; stopped as by Ctrl-C at the end.

    Raises `RuntimeError` with the last it said where it does not start.
    """
    port = free_port()
    argv = [sys.executable, "-m", "ticketing_local", "up", "--port", str(port), "--data", str(data)]
    argv += ["--demo", "0", *options]
    data.mkdir(parents=True, exist_ok=True)
    log = data.with_name(f"{data.name}.log")
    with log.open("wb") as output:
        supervisor = subprocess.Popen(
            argv,
            stdout=output,
            stderr=output,
            env={**os.environ, **UNLIMITED, **env},
            start_new_session=True,
        )
    try:
        stack = Stack(data, f"http://localhost:{port}")
        until(lambda: _ready(stack, supervisor, log), BOOT_TIMEOUT)
        yield stack
    finally:
        _stop(supervisor)


def _ready(stack: Stack, supervisor: "subprocess.Popen[bytes]", log: Path) -> bool:
    if supervisor.poll() is not None:
        raise RuntimeError(f"the stack did not start:\n{log.read_text()[-4000:]}")
    try:
        return bool(json.loads((stack.data / "state.json").read_text())["ready"])
    except FileNotFoundError:
        return False


def _stop(supervisor: "subprocess.Popen[bytes]") -> None:
    supervisor.send_signal(signal.SIGINT)
    try:
        supervisor.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        supervisor.kill()  # which ends its children too
        supervisor.wait()
        raise
