"""A service on a real HTTP server in a thread of the test's own process."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, settings

from infra.tests.wired import wired
from ticketing_client.api import Api
from ticketing_client.app import create_app
from ticketing_client.config import ClientSettings
from ticketing_client.transport import Transport
from ticketing_common.protocol import Protocol
from ticketing_common.server import Server
from ticketing_common.session import COOKIE, Sessions
from ticketing_common.settings import SessionSettings
from ticketing_common.testing.ports import free_port
from ticketing_common.testing.sessions import JWT_KEY

USER = "a" * 24
START_TIMEOUT = 120.0  # seconds
REPEATABLE = settings(  # the same examples each time, however slow the machine
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Serving:
    """`session` is a user's cookie header; `stores` are known by their documents' names."""

    url: str
    session: dict[str, str]
    stores: dict[str, Any]
    loop: asyncio.AbstractEventLoop
    http: httpx.Client  # signed in by no cookie of its own
    server: Server

    def await_rest(self) -> None:
        """Return once it works on nothing any more: what it logs of an answer may follow it."""
        state, deadline = self.server.server_state, time.monotonic() + START_TIMEOUT
        while state.tasks or state.connections:
            assert time.monotonic() < deadline, "the service does not come to rest"
            time.sleep(0.001)

    def documents(self) -> dict[str, list[Any]]:
        """Everything that is stored."""

        async def read() -> dict[str, list[Any]]:
            return {
                name: [document async for document in store.each()]
                for name, store in self.stores.items()
            }

        return asyncio.run_coroutine_threadsafe(read(), self.loop).result(START_TIMEOUT)


@contextmanager
def serving(service: str, **variables: str) -> Iterator[Serving]:
    with _running(lambda: wired(service, **variables)) as (app, url, loop, http, server):
        cookie = Sessions(SessionSettings(JWT_KEY=JWT_KEY)).write(USER, "test@test.com")
        stores = {document.__name__: store for document, store in app.state.stores.items()}
        yield Serving(url, {"Cookie": f"{COOKIE}={cookie}"}, stores, loop, http, server)


@contextmanager
def serving_pages(api_url: str) -> Iterator[Serving]:
    """The client, over one service as if that were the whole API."""

    async def made() -> FastAPI:
        settings = ClientSettings.from_environment({"API_URL": api_url})
        return create_app(settings, Api(Transport(api_url), settings))

    with _running(made) as (app, url, loop, http, server):
        yield Serving(url, {"Cookie": f"{COOKIE}=e30="}, {}, loop, http, server)
        closing = app.state.api.transport.close()
        asyncio.run_coroutine_threadsafe(closing, loop).result(START_TIMEOUT)


Running = tuple[FastAPI, str, asyncio.AbstractEventLoop, httpx.Client, Server]


@contextmanager
def _running(made: Callable[[], Awaitable[FastAPI]]) -> Iterator[Running]:
    port = free_port()
    started: list[Any] = []

    async def run() -> None:
        app = await made()
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            http=Protocol,
            lifespan="off",
            log_config=None,
            server_header=False,
        )
        server = Server(config)
        started.extend([app, server, asyncio.get_running_loop()])
        await server.serve()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    deadline = time.monotonic() + START_TIMEOUT
    while not (started and started[1].started):
        assert time.monotonic() < deadline, "the service did not start"
        time.sleep(0.01)
    app, server, loop = started
    url = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=url, timeout=60) as http:
        yield app, url, loop, http, server
    server.should_exit = server.force_exit = True
    thread.join(START_TIMEOUT)
