"""Keeping one process running: start it, tell when it is ready, start it anew when it dies."""

import asyncio
import signal
import time
from collections.abc import Callable

from ticketing_local.logs.output import Output
from ticketing_local.problems import ProblemError
from ticketing_local.processes.process import Process
from ticketing_local.processes.readiness import asked, until_ready
from ticketing_local.processes.spawn import signal_session, spawn

FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0  # seconds before a restart; each death in a row doubles it
STEADY = 10.0  # seconds that a process has to last for its deaths to be forgotten
DEATHS_AT_START = 5  # as many without having been ready even once are too many
LAST_WORDS = 0.5  # seconds for what it wrote last to be read
ALIVE_INTERVAL, ALIVE_FAILURES = 5.0, 6  # seconds between two looks; unanswered ones in a row


class Keeper:
    """One process and what became of it so far; `tell` hears of every change worth a line."""

    def __init__(self, process: Process, output: Output, tell: Callable[["Keeper", str], None]):
        self.process = process
        self.output = output
        self.pid: int | None = None
        self.restarts = 0
        self.is_ready = False
        self.was_ready = asyncio.Event()
        self._tell = tell
        self._stopping = asyncio.Event()
        self._gone = asyncio.Event()
        self._gone.set()

    async def keep(self) -> None:
        """Run the process until told to stop; any exit before that is a death.

        Raises `ProblemError` for a process that dies again and again before it is ever ready.
        """
        delay, deaths = FIRST_DELAY, 0
        while not self._stopping.is_set():
            started = time.monotonic()
            how = await self._run()
            if self._stopping.is_set():
                return
            if time.monotonic() - started > STEADY:
                delay, deaths = FIRST_DELAY, 0
            deaths += 1
            if deaths >= DEATHS_AT_START and not self.was_ready.is_set():
                raise ProblemError(
                    f"{self.process.name} {how} {deaths} times before it was ready;"
                    f" the last it said: {self.output.last_words}"
                )
            self._tell(self, f"{how}; it is started again in {delay:.1f} s")
            await _waits(self._stopping, delay)
            delay = min(delay * 2, LONGEST_DELAY)
            self.restarts += 1

    async def stop(self, hurry: asyncio.Event) -> None:
        """Ask it to stop, then insist once it was given its time, or at once in a hurry."""
        self._stopping.set()
        if self.pid is None:
            return
        if not hurry.is_set():
            self._signal(self.process.stop_signal)
            gone = asyncio.create_task(self._gone.wait())
            hurried = asyncio.create_task(hurry.wait())
            await asyncio.wait(
                {gone, hurried},
                timeout=self.process.stage.patience,
                return_when=asyncio.FIRST_COMPLETED,
            )
            gone.cancel()
            hurried.cancel()
        self._signal(signal.SIGKILL)
        await self._gone.wait()

    async def _run(self) -> str:
        """Run the process once; the result says how it ended."""
        try:
            child = await spawn(self.process)
        except OSError as error:
            return f"could not be started ({error.strerror})"
        pid = self.pid = child.process.pid
        self._gone.clear()
        if self._stopping.is_set():  # told to while it was being started
            self._signal(signal.SIGKILL)
        self._tell(self, "")
        following = asyncio.create_task(self.output.follow(child.output))
        watching = asyncio.create_task(self._watch())
        code = await child.process.wait()
        signal_session(pid, signal.SIGKILL)  # what it started would hold its ports
        self.pid, self.is_ready = None, False
        self._gone.set()
        watching.cancel()
        await asyncio.wait({following}, timeout=LAST_WORDS)
        child.pipe.close()
        await asyncio.wait({following, watching})
        return f"exited with code {code}" if code >= 0 else f"was ended by {_signal_name(-code)}"

    async def _watch(self) -> None:
        async with asyncio.TaskGroup() as watches:
            watches.create_task(self._watch_ready())
            watches.create_task(self._watch_alive())

    async def _watch_ready(self) -> None:
        """Tell when it is ready."""
        started = time.monotonic()
        await until_ready(self.process.ready)
        self.is_ready = True
        self.was_ready.set()
        self._tell(self, f"is ready ({time.monotonic() - started:.1f} s)")

    async def _watch_alive(self) -> None:
        """End it if it gives no sign of life for long, even before it was ready: it may hang in
        its start."""
        failures = 0
        while self.process.alive:
            await asyncio.sleep(ALIVE_INTERVAL)
            failures = 0 if await asked(self.process.alive) else failures + 1
            if failures == ALIVE_FAILURES:
                self._tell(self, "gives no sign of life")
                self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self.pid is not None:
            signal_session(self.pid, number)


async def _waits(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
