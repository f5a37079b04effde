"""A real server with two routes, and connections to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ticketing_common.middlewares import RequestBody
from ticketing_common.places import Places
from ticketing_common.routing import Route
from ticketing_common.server import Server, server_config
from ticketing_common.service import create_service
from ticketing_common.settings import Settings
from ticketing_common.testing.ports import free_port
from ticketing_common.tracing import spans

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
POST = (
    b"POST /echo HTTP/1.1\r\nHost: ticketing.dev\r\n"
    b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"
)


@router.get("/carried")
async def carried() -> Response:
    await asyncio.sleep(0.01)  # who is pipelined behind it is here by then
    return Response(headers=spans.trace_headers())


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
    settings = Settings(HOST="127.0.0.1", PORT=port)
    app = create_service(settings, routers=[router])
    app.state.places = Places(2)
    app.state.let_go = asyncio.Event()
    running = Server(server_config(app, settings))
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
