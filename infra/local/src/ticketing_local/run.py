"""One run of the stack, from the first line on the terminal to the last."""

import asyncio
import io
import json
import os
import signal
import time
from typing import TextIO

from ticketing_local.data.files import free_bytes, make_folder, write_atomically
from ticketing_local.data.state import snapshot
from ticketing_local.demo import make_demo
from ticketing_local.greeting import greeting
from ticketing_local.logs.console import Console
from ticketing_local.logs.log_file import LogFile
from ticketing_local.logs.output import Output
from ticketing_local.logs.rendering import Renderer, is_severe
from ticketing_local.options import Options
from ticketing_local.problems import ProblemError
from ticketing_local.processes.inspection import own_age
from ticketing_local.processes.process import Process, Stage
from ticketing_local.processes.supervisor import Supervisor
from ticketing_local.stack import Stack

SAME_SIGNAL = 1.0  # seconds in which a second signal is the first one, told twice, as `make` does
FULL = 50_000_000  # bytes; with less than that free, stores give up


async def run(stack: Stack, options: Options, stdout: TextIO) -> None:
    """Run until a signal asks to stop. Raises `ProblemError` for what ends it otherwise."""
    if isinstance(stdout, io.TextIOWrapper):
        stdout.reconfigure(errors="backslashreplace")  # a terminal that can't show it all
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()

    def on_broken() -> None:
        loop.call_soon_threadsafe(asked.set)

    console = Console(stdout, on_broken)
    try:
        await _Run(stack, options, console, _has_colour(stdout), asked).run()
    finally:
        console.close()


class _Run:
    def __init__(
        self,
        stack: Stack,
        options: Options,
        console: Console,
        colour: bool,
        asked: asyncio.Event,
    ) -> None:
        self._stack = stack
        self._options = options
        self._console = console
        self._asked = asked
        self._asked_at = 0.0
        self._state_works = True
        self._logs = make_folder(options.data / "logs")
        self._renderer = Renderer([process.name for process in stack.processes], colour)
        self._supervisor = Supervisor(stack.processes, self._output, self._report, self._changed)

    async def run(self) -> None:
        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup wants it
            numbers.append(signal.SIGHUP)
        for number in numbers:
            asyncio.get_running_loop().add_signal_handler(number, self._on_signal)
        if self._options.json_ready:
            self._options.json_ready.unlink(missing_ok=True)
        work = asyncio.create_task(self._work())
        asked = asyncio.create_task(self._asked.wait())
        try:
            await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            work.cancel()
            asked.cancel()
            await self._stop()
        await asyncio.wait({work})
        if not work.cancelled() and (error := work.exception()):
            raise error

    async def _work(self) -> None:
        self._console.line(
            f"Starting {len(self._stack.processes)} processes on {self._options.data}"
        )
        try:
            await self._supervisor.start()
        except ProblemError:
            if self._is_full():
                raise ProblemError(self._full()) from None
            raise
        if self._options.demo:
            await self._make_demo()
        url, prometheus = self._stack.url, self._stack.prometheus_url
        for line in greeting(self._options, url, own_age(), prometheus):
            self._console.line(line)
        if self._options.json_ready:
            write_atomically(self._options.json_ready, self._state())
        await self._supervisor.watch()

    async def _make_demo(self) -> None:
        try:
            buys = self._options.stripe_key is None
            await asyncio.to_thread(make_demo, self._stack.inside_url, buys=buys)
        except (OSError, ValueError) as error:
            self._console.line(f"The demo data could not be made: {error!r}")

    async def _stop(self) -> None:
        started = time.monotonic()
        self._console.line("Stopping")
        await self._supervisor.stop()
        self._console.line(f"Stopped after {time.monotonic() - started:.1f} s")

    def _on_signal(self) -> None:
        if not self._asked.is_set():
            self._asked_at = time.monotonic()
            self._asked.set()
        elif time.monotonic() - self._asked_at > SAME_SIGNAL:
            self._supervisor.hurry()

    def _output(self, process: Process) -> Output:
        def shows(line: str) -> bool:
            if self._options.verbose:
                return True
            started = self._supervisor.is_ready
            return process.stage is Stage.SERVICE and (started or is_severe(line))

        file = LogFile(self._logs / f"{process.name}.log")
        return Output(process.name, file, self._console, self._renderer, shows)

    def _report(self, sentence: str) -> None:
        self._console.line(sentence)
        if self._is_full():
            self._console.line(self._full())

    def _changed(self) -> None:
        try:
            write_atomically(self._options.data / "state.json", self._state())
            self._state_works = True
        except OSError as error:
            if self._state_works:
                self._console.line(f"{error.filename} can't be written: {error.strerror}")
            self._state_works = False

    def _state(self) -> str:
        supervisor = self._supervisor
        state = snapshot(self._stack.url, supervisor.keepers, ready=supervisor.is_ready)
        return json.dumps(state, indent=2) + "\n"

    def _is_full(self) -> bool:
        return free_bytes(self._options.data) < FULL

    def _full(self) -> str:
        return f"The disk of {self._options.data} is full: make room, and it goes on by itself."


def _has_colour(stdout: TextIO) -> bool:
    return stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
