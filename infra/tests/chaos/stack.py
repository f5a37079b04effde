"""The running stack, as the harness sees it: start, find, hurt and stop its processes."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from infra.tests.chaos.plan import MEMBERS, PROXIED, Plan, members
from infra.tests.chaos.proxy import Proxy
from infra.tests.chaos.upgrade import (
    Versions,
    hears_stripe,
    knows_passwords,
    knows_takedowns,
    replicas,
)
from infra.tests.chaos.waiting import StackError, until
from ticketing_common.testing.ports import free_port

START_TIMEOUT = 120.0  # seconds
STOP_TIMEOUT = 20.0
LAST_LINES = 15  # of the log of a process that does not get ready


class ChaosStack:
    """`ticketing up` on a temporary folder, and the proxies in between.

    `older` is the PYTHONPATH of another version that one replica of each service starts in.
    """

    def __init__(self, window: int, sabotaged: bool = False, older: str | None = None) -> None:
        self.window = window
        self.data = Path(tempfile.mkdtemp(prefix="chaos-"))
        self.sabotage = self.data / "sabotage" if sabotaged else None
        if self.sabotage:
            self.sabotage.mkdir()
        self.versions = Versions(self.data / "versions", older) if older else None
        self.strangers = older is not None and not knows_passwords(older)
        self.of_one_version = older is None or knows_takedowns(older)
        self.silent = older is not None and not hears_stripe(older)
        self.proxies = {name: Proxy() for name in PROXIED}
        self.plan: Plan | None = None
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> "ChaosStack":
        try:
            await self._start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self._stop)
        for proxy in self.proxies.values():
            await proxy.close()
        if os.environ.get("CHAOS_KEEP"):
            print(f"kept {self.data}")
        else:
            shutil.rmtree(self.data, ignore_errors=True)

    @property
    def url(self) -> str:
        assert self.plan
        return f"http://127.0.0.1:{self.plan.port}"

    def state(self) -> dict[str, dict[str, Any]]:
        """Each process by its name, as the supervisor last wrote it down."""
        state = json.loads((self.data / "state.json").read_text())
        return {process["name"]: process for process in state["processes"]}

    def port(self, name: str) -> int:
        return int(self.state()[name]["port"])

    def send(self, name: str, number: signal.Signals) -> int | None:
        """Signal a process and what it started; return its pid where it has one."""
        pid: int | None = self.state()[name]["pid"]
        if pid is not None:
            self.send_to(pid, number)
        return pid

    @staticmethod
    def send_to(pid: int, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(pid, number)  # the supervisor makes each the leader of its group

    async def kill_and_hold(self, name: str) -> int:
        """Kill a process and pause the one that is started in its place; return that one's pid."""
        before = self.send(name, signal.SIGKILL)
        await until(lambda: self.state()[name]["pid"] not in (None, before), 15)
        pid = self.send(name, signal.SIGSTOP)
        assert pid is not None
        return pid

    def mongo_uri(self, service: str) -> str:
        """A service's database, past the proxies."""
        if service == "orders":
            hosts = ",".join(f"127.0.0.1:{self.port(name)}" for name in members())
            return f"mongodb://{hosts}/?replicaSet=rs0"
        return f"mongodb://127.0.0.1:{self.port(f'{service}-mongo')}/?directConnection=true"

    async def until_ready(self, timeout: float = 60.0) -> None:
        """Wait until every process has a pid and said that it is ready."""
        deadline = time.monotonic() + timeout
        while late := [name for name, each in self.state().items() if not each["ready"]]:
            if time.monotonic() > deadline:
                said = "\n".join(map(self._last_words, late))
                raise StackError(f"not ready again after {timeout:.0f} s:\n{said}")
            await asyncio.sleep(0.1)

    def _last_words(self, name: str) -> str:
        """What is known of a process that gives no other sign of itself."""
        log = self.data / "logs" / f"{name}.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return "\n    ".join([f"{name}: {self.state()[name]}", *lines[-LAST_LINES:]])

    async def restart(self, service: str, mechanism: str | None) -> None:
        """Start every replica of a service anew, without a mechanism or with all of them."""
        assert self.sabotage
        file = self.sabotage / service
        if mechanism:
            file.write_text(mechanism)
        else:
            file.unlink(missing_ok=True)
        await self._start_anew(replicas(service))

    async def swap_versions(self, service: str) -> None:
        """Restart a service's replicas one after the other, each in the version of the other."""
        assert self.versions
        for name in self.versions.swap(service):
            await self._start_anew([name])

    async def _start_anew(self, names: list[str]) -> None:
        before = {name: self.send(name, signal.SIGTERM) for name in names}

        def anew() -> bool:
            state = self.state()
            return all(state[n]["ready"] and state[n]["pid"] != before[n] for n in names)

        await until(anew, 60)

    async def _start(self) -> None:
        ports = {name: await proxy.start() for name, proxy in self.proxies.items()}
        sabotage = str(self.sabotage) if self.sabotage else None
        versions = str(self.versions.folder) if self.versions else None
        modes = self.strangers, self.silent
        self.plan = Plan(self.window, free_port(), ports, sabotage, versions, *modes)
        self.plan.write(self.data)
        self._process = await asyncio.to_thread(self._launch)
        await until(self._knows_ports, START_TIMEOUT)
        known = json.loads((self.data / "ports.json").read_text())
        for name, proxy in self.proxies.items():
            proxy.target = known[name]
        await until((self.data / "ready.json").exists, START_TIMEOUT, self._require_alive)

    def _launch(self) -> subprocess.Popen[bytes]:
        with (self.data / "up.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "infra.tests.chaos.launch", str(self.data)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _knows_ports(self) -> bool:
        self._require_alive()
        path = self.data / "ports.json"
        return path.exists() and f"orders-mongo-{MEMBERS}" in path.read_text()

    def _require_alive(self) -> None:
        if self._process and self._process.poll() is not None:
            raise StackError((self.data / "up.log").read_text()[-3000:])

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()  # the kernel ends the rest with it
            self._process.wait()
        assert self._process.stdin
        self._process.stdin.close()
