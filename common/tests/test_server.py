"""How a real server takes its leave."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import uvicorn

from common.tests.conftest import Until
from ticketing_common import server
from ticketing_common.server import Server
from ticketing_common.service import create_service
from ticketing_common.settings import Settings
from ticketing_common.testing.servers import free_port

REQUEST = b"GET /healthz HTTP/1.1\r\nHost: ticketing.dev\r\n\r\n"


@dataclass
class Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self) -> bytes:
        """The head of the answer to one more request on this connection."""
        self.writer.write(REQUEST)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length"))
        await self.reader.readexactly(int(length.split(b":")[1]))
        return head


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Server, int, "asyncio.Task[None]"]]:
    port = free_port()
    running = Server(
        uvicorn.Config(create_service(Settings()), host="127.0.0.1", port=port, log_config=None)
    )
    task = asyncio.create_task(running.serve())
    try:
        while not running.started:
            await asyncio.sleep(0.01)
        yield running, port, task
    finally:
        running.should_exit = running.force_exit = True
        await asyncio.wait([task])


async def connect(port: int) -> Connection:
    return Connection(*await asyncio.open_connection("127.0.0.1", port))


async def refused(port: int) -> bool:
    try:
        (await connect(port)).writer.close()
    except OSError:
        return True
    return False


async def test_an_idle_connection_is_answered_once_more(until: Until) -> None:
    """A request that a proxy was just sending is not lost, and the answer says goodbye."""
    async with serving() as (running, port, task):
        connection = await connect(port)
        assert b"connection: close" not in await connection.ask()

        running.should_exit = True
        await until(lambda: refused(port))
        head = await connection.ask()

        assert head.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in head
        assert await connection.reader.read() == b""
        await asyncio.wait_for(task, 2)


async def test_nobody_is_waited_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection nothing comes on is closed after the linger."""
    monkeypatch.setattr(server, "LINGER", 0.3)
    async with serving() as (running, port, task):
        connection = await connect(port)
        await connection.ask()

        began = time.monotonic()
        running.should_exit = True
        assert await connection.reader.read() == b""

        assert time.monotonic() - began >= 0.3
        await asyncio.wait_for(task, 2)
