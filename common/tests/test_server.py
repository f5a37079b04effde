"""How a real server takes its leave."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import uvicorn
from fastapi import APIRouter
from starlette.requests import Request

from common.tests.conftest import Until
from ticketing_common import server
from ticketing_common.middlewares import RequestBody
from ticketing_common.places import Places
from ticketing_common.routing import Route
from ticketing_common.server import Protocol, Server
from ticketing_common.service import create_service
from ticketing_common.settings import Settings
from ticketing_common.testing.servers import free_port

router = APIRouter(route_class=Route)


class Words(RequestBody):
    said: str


@router.post("/echo")
async def echo(body: Words) -> Words:
    return body


@router.get("/wait")
async def wait(request: Request) -> list[int]:
    await request.app.state.let_go.wait()
    return []


REQUEST = b"GET /healthz HTTP/1.1\r\nHost: ticketing.dev\r\n\r\n"
WAITING = REQUEST.replace(b"/healthz", b"/wait")
POST = b"POST /echo HTTP/1.1\r\nHost: ticketing.dev\r\nContent-Length: 100\r\n\r\n"


@dataclass
class Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, request: bytes = REQUEST) -> bytes:
        """The head of the answer to one more request on this connection."""
        self.writer.write(request)
        return await self.answer()

    async def answer(self) -> bytes:
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length"))
        await self.reader.readexactly(int(length.split(b":")[1]))
        return head


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Server, int, "asyncio.Task[None]"]]:
    port = free_port()
    app = create_service(Settings(), routers=[router])
    app.state.places = Places(2)
    app.state.let_go = asyncio.Event()
    running = Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, http=Protocol)
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


@pytest.mark.parametrize(
    ("begun", "answers"),
    [
        (b"", []),
        (b"G", [b"408"]),
        (b"GET / HTTP/1.1\r\nHost: ", [b"408"]),
        (REQUEST + b"GET / HT", [b"200", b"408"]),
        (WAITING + b"GET / HT", []),  # it would be taken for the first one's answer
        (POST + b'{"said":', [b"408"]),
        (POST.replace(b"100", b"900000") + b" " * 70_000, [b"413"]),
    ],
)
async def test_a_request_that_never_ends(
    monkeypatch: pytest.MonkeyPatch, begun: bytes, answers: list[bytes]
) -> None:
    """The connection is closed, however much of it has come, and each request answered once."""
    monkeypatch.setattr(server, "REQUEST_TIMEOUT", 0.2)
    async with serving() as (_, port, _):
        connection = await connect(port)
        connection.writer.write(begun)

        async with asyncio.timeout(5):
            said = await connection.reader.read()

    assert re.findall(rb"HTTP/1.1 ([0-9]+)", said) == answers
    if answers == [b"408"]:
        assert said.endswith(b'{"errors":[{"message":"The request took too long to arrive"}]}')


async def test_a_body_cut_short(caplog: pytest.LogCaptureFixture, until: Until) -> None:
    """Who goes away amid a request is no failure of ours."""
    async with serving() as (running, port, _):
        connection = await connect(port)
        connection.writer.write(POST + b'{"said":')
        await until(lambda: bool(running.server_state.tasks))
        connection.writer.close()
        await until(lambda: not running.server_state.tasks)

    assert "failed" not in caplog.messages


async def test_a_handler_may_take_its_time(monkeypatch: pytest.MonkeyPatch, until: Until) -> None:
    """What came in full, in however many pieces, is waited for."""
    monkeypatch.setattr(server, "REQUEST_TIMEOUT", 0.1)
    async with serving() as (running, port, _):
        connection = await connect(port)
        connection.writer.write(WAITING[:9])
        await connection.writer.drain()
        connection.writer.write(WAITING[9:])
        state = running.config.app.state  # type: ignore[union-attr]
        await until(lambda: state.places.taken == 1)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.4):
                await connection.reader.read()
        state.let_go.set()
        assert b"200" in await connection.answer()


async def test_a_connection_may_rest_between_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked in full once is not closed for asking nothing more yet."""
    monkeypatch.setattr(server, "REQUEST_TIMEOUT", 0.1)
    async with serving() as (_, port, _):
        connection = await connect(port)
        await connection.ask()

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.4):
                await connection.reader.read()
        assert b"200" in await connection.ask()


async def test_too_many_at_once(until: Until) -> None:
    """503 at once in the standard body for those beyond the places; health still answers."""
    async with serving() as (running, port, _):
        waiting = [await connect(port) for _ in range(2)]
        for each in waiting:
            each.writer.write(WAITING)
        state = running.config.app.state  # type: ignore[union-attr]
        await until(lambda: state.places.taken == 2)

        late = await connect(port)
        async with asyncio.timeout(5):
            head = await late.ask(WAITING)
        assert head.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 2" in head.lower()
        assert b"200" in (await late.ask()).splitlines()[0]

        state.let_go.set()
        for each in waiting:
            assert (await each.answer()).startswith(b"HTTP/1.1 200")
        assert b"200" in (await late.ask(WAITING)).splitlines()[0]
