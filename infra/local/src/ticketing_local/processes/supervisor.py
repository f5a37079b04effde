"""Runs all processes of the environment, and stops them in the right order."""

import asyncio
import time
from collections.abc import Callable, Iterable

from ticketing_local.logs.output import Output
from ticketing_local.problems import ProblemError
from ticketing_local.processes.keeper import LAST_WORDS, Keeper
from ticketing_local.processes.process import Process, Stage

START_LIMIT = 300.0  # seconds for everything to become ready, on a machine busy with other things
PROGRESS = 10.0  # seconds from one word on what is still to come to the next


class Supervisor:
    """Starts everything at once: each process waits for what it needs by itself.

    `report` is given a sentence about a process, `changed` is called after each change of any.
    """

    def __init__(
        self,
        processes: Iterable[Process],
        output: Callable[[Process], Output],
        report: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self.keepers = [Keeper(process, output(process), self._tell) for process in processes]
        self.is_ready = False
        self._report = report
        self._changed = changed
        self._hurry = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Return once everything was ready. Raises `ProblemError` if that does not come about."""
        self._tasks = [asyncio.create_task(keeper.keep()) for keeper in self.keepers]
        everything = asyncio.create_task(self._all_ready())
        began = time.monotonic()
        try:
            while not everything.done():
                await asyncio.wait(
                    {everything, *self._tasks},
                    timeout=PROGRESS,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                self._raise_failure()
                if time.monotonic() - began > START_LIMIT:
                    raise ProblemError(f"After {START_LIMIT:.0f} s {self._who_failed()}.")
                if not everything.done():
                    self._report(self._progress())
        finally:
            everything.cancel()
        self.is_ready = True
        self._changed()

    async def watch(self) -> None:
        """Keep everything running for ever, or until something goes wrong with the keeping."""
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        self._raise_failure()

    async def stop(self) -> None:
        """Stop everything, stage by stage, in less than 10 seconds."""
        self.is_ready = False
        for stage in Stage:
            members = [keeper for keeper in self.keepers if keeper.process.stage is stage]
            await asyncio.gather(*(keeper.stop(self._hurry) for keeper in members))
        if self._tasks:  # what was said last is still being written down
            done, _ = await asyncio.wait(self._tasks, timeout=2 * LAST_WORDS)
            for task in done:
                task.exception()  # the first one was raised already; that is enough
        for keeper in self.keepers:
            keeper.output.close()
        self._changed()

    def hurry(self) -> None:
        """Let `stop` wait for nobody any more. The stores survive that, as they do a crash."""
        self._hurry.set()

    async def _all_ready(self) -> None:
        for keeper in self.keepers:
            await keeper.was_ready.wait()

    def _tell(self, keeper: Keeper, what: str) -> None:
        self._changed()
        if what:
            count = "" if self.is_ready else self._count()
            self._report(f"{count}{keeper.process.name} {what}")

    def _raise_failure(self) -> None:
        for task in self._tasks:
            if task.done() and (error := task.exception()):
                raise error

    def _count(self) -> str:
        return f"[{len(self.keepers) - len(self._late()):>2}/{len(self.keepers)}] "

    def _late(self) -> list[Keeper]:
        return [keeper for keeper in self.keepers if not keeper.was_ready.is_set()]

    def _progress(self) -> str:
        """What is still to come; on a slow machine that is no fault, so only errors are told."""
        late = self._late()
        names = ", ".join(keeper.process.name for keeper in late)
        troubles = [
            f"; {keeper.process.name} said: {keeper.output.trouble}"
            for keeper in late
            if keeper.output.trouble
        ]
        return f"{self._count()}starting: {names}{''.join(troubles[:1])}"

    def _who_failed(self) -> str:
        late = self._late()
        names = ", ".join(keeper.process.name for keeper in late)
        said = f"{late[0].process.name} said last: {late[0].output.last_words}"
        return f"not ready: {names}; {said}"
