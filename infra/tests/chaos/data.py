"""A store's data, taken away or put back under its feet, as an operator or a disk would."""

import asyncio
import shutil
import signal
from pathlib import Path

from infra.tests.chaos.stack import ChaosStack
from infra.tests.chaos.waiting import until

BACK = 15.0  # seconds for a killed store to be there again


def wipe(stack: ChaosStack, name: str, folder: str) -> None:
    """Take it away, and kill the store before it can say a word."""
    stack.send(name, signal.SIGSTOP)
    _empty(stack.data / folder)
    stack.send(name, signal.SIGKILL)


def back_up(stack: ChaosStack, name: str, folder: str, backup: Path) -> None:
    """Copy it while the store stands still."""
    stack.send(name, signal.SIGSTOP)
    try:
        shutil.rmtree(backup, ignore_errors=True)
        shutil.copytree(stack.data / folder, backup)
    finally:
        stack.send(name, signal.SIGCONT)


async def restore(stack: ChaosStack, name: str, folder: str, backup: Path) -> None:
    """Put a backup in its place before the store can look; return when it runs on that."""
    before = stack.send(name, signal.SIGSTOP)
    await asyncio.to_thread(_empty, stack.data / folder)
    await asyncio.to_thread(shutil.copytree, backup, stack.data / folder, dirs_exist_ok=True)
    stack.send(name, signal.SIGKILL)
    await until(lambda: stack.state()[name]["pid"] not in (None, before), BACK)
    await until(lambda: stack.state()[name]["ready"], BACK)


def _empty(folder: Path) -> None:
    for each in folder.iterdir():
        if each.is_dir():
            shutil.rmtree(each)
        elif each.suffix != ".conf":
            each.unlink()
