"""A service's database, put back as it was earlier while the rest of the stack goes on."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from infra.tests.holding import kept_away
from ticketing_local.harness import Stack, until


def back_up(stack: Stack, service: str, backup: Path) -> None:
    """Copy the database while it stands still."""
    with stack.frozen(f"{service}-mongo"):
        shutil.copytree(_folder(stack, service), backup)


def put_back(stack: Stack, service: str, backup: Path) -> None:
    """The database is the backup, and ready."""
    name = f"{service}-mongo"
    before = stack.processes()[name]["restarts"]
    stack.signal(name, signal.SIGSTOP)
    shutil.rmtree(_folder(stack, service))
    shutil.copytree(backup, _folder(stack, service))
    stack.signal(name, signal.SIGKILL)
    until(lambda: stack.processes()[name]["restarts"] > before)
    until(lambda: bool(stack.processes()[name]["ready"]))


@contextmanager
def stopped(stack: Stack, service: str) -> Iterator[None]:
    """The service is not there; in the end it starts anew."""
    with kept_away(lambda: stack.processes()[service]["pid"]):
        yield


@contextmanager
def database(stack: Stack, service: str) -> Iterator[Any]:
    """Straight to it."""
    client: MongoClient[Any] = MongoClient(
        f"mongodb://127.0.0.1:{stack.port(f'{service}-mongo')}", directConnection=True
    )
    with client:
        yield client[service]


def _folder(stack: Stack, service: str) -> Path:
    return stack.data / "mongo" / service
