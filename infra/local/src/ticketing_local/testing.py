"""What tests of the environment need: small processes, and what was said about them."""

import asyncio
import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ticketing_local.logs.console import Console
from ticketing_local.logs.log_file import LogFile
from ticketing_local.logs.output import Output
from ticketing_local.logs.rendering import Renderer
from ticketing_local.processes.keeper import Keeper
from ticketing_local.processes.process import Probe, Process, Stage

FOREVER = "import time; time.sleep(60)"


async def at_once() -> bool:
    """The probe of a process that is ready when it runs."""
    return True


async def never() -> bool:
    """The probe of a process that never gets ready."""
    return False


def python(
    code: str, name: str = "child", stage: Stage = Stage.SERVICE, ready: Probe = at_once
) -> Process:
    """A line of Python as a process of the environment."""
    return Process(
        name=name,
        argv=(sys.executable, "-S", "-E", "-c", code),
        env=dict(os.environ),
        port=0,
        stage=stage,
        ready=ready,
    )


class Told:
    """Takes in what is said about processes, and what they say themselves."""

    def __init__(self, folder: Path) -> None:
        self.sentences: list[str] = []
        self._folder = folder
        self._console = Console(io.StringIO(), on_broken=lambda: None)

    def output(self, process: Process) -> Output:
        file = LogFile(self._folder / f"{process.name}.log")
        renderer = Renderer([process.name], colour=False)
        return Output(process.name, file, self._console, renderer, shows=lambda _: True)

    def tell(self, keeper: Keeper, what: str) -> None:
        if what:
            self.sentences.append(f"{keeper.process.name} {what}")

    def log(self, name: str = "child") -> str:
        """All that a process wrote."""
        return (self._folder / f"{name}.log").read_text()


async def eventually(holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something holds. Raises TimeoutError if it does not in so many seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come about")
        await asyncio.sleep(0.01)
