"""Requests to an application in this process, without a socket between."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from infra.tests.simulation.loop import Owner

Headers = list[tuple[str, str]]


@dataclass
class Request:
    method: str
    url: str
    headers: Headers = field(default_factory=list)
    body: bytes = b""


@dataclass
class Response:
    """`status` 0 until the head was sent."""

    status: int = 0
    headers: Headers = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    complete: bool = False

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")


def serve(
    app: Any, owner: Owner, request: Request, done: Callable[[Response], None], peer: str
) -> None:
    """Handle it in the process that owns the app, and tell when that is over."""
    response = Response()

    async def handle() -> None:
        try:
            await app(_scope(request, peer), _receive(request), _send(response))
        finally:
            done(response)

    loop = asyncio.get_running_loop()
    owner.context().run(lambda: _kept(loop.create_task(handle())))


_TASKS: set["asyncio.Task[None]"] = set()


def _kept(task: "asyncio.Task[None]") -> None:
    """A loop only holds its tasks weakly."""
    _TASKS.add(task)
    task.add_done_callback(_ended)


def _ended(task: "asyncio.Task[None]") -> None:
    _TASKS.discard(task)
    if not task.cancelled():
        task.exception()  # an application's failure was its 500


def _scope(request: Request, peer: str) -> dict[str, Any]:
    url = urlsplit(request.url)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme or "http",
        "path": url.path,
        "raw_path": url.path.encode(),
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in request.headers],
        "client": (peer, 50000),
        "server": (url.hostname or "ticketing.dev", url.port or 80),
        "state": {},
    }


def _receive(request: Request) -> Callable[[], Any]:
    parts = [{"type": "http.request", "body": request.body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if parts:
            return parts.pop()
        await asyncio.get_running_loop().create_future()  # nobody hangs up
        raise AssertionError

    return receive


def _send(response: Response) -> Callable[[dict[str, Any]], Any]:
    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            response.status = message["status"]
            response.headers = [(n.decode(), v.decode()) for n, v in message.get("headers", ())]
        else:
            response.body += message.get("body", b"")
            response.complete = not message.get("more_body", False)

    return send
