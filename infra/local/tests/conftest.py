"""What the tests of the laptop environment share."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from ticketing_local.keeper import Keeper
from ticketing_local.ports import LOOPBACK
from ticketing_local.process import Process
from ticketing_local.testing import Told


@pytest.fixture
def infra() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that this process listens on."""
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        yield int(server.getsockname()[1])


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


@pytest.fixture
async def keep(told: Told) -> AsyncIterator[Callable[[Process], Keeper]]:
    """Keeps processes running until the test ends."""
    keepers: list[tuple[Keeper, asyncio.Task[None]]] = []

    def start(process: Process) -> Keeper:
        keeper = Keeper(process, told.output(process), told.tell)
        keepers.append((keeper, asyncio.create_task(keeper.keep())))
        return keeper

    yield start
    hurry = asyncio.Event()
    hurry.set()
    for keeper, task in keepers:
        await keeper.stop(hurry)
        await asyncio.wait({task})
        keeper.output.close()
