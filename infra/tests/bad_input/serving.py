"""A service on a real HTTP server in a thread of the test's own process."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from hypothesis import HealthCheck, settings

from infra.tests.wired import wired
from ticketing_common.server import Server
from ticketing_common.session import COOKIE, Sessions
from ticketing_common.settings import SessionSettings
from ticketing_common.testing.servers import free_port
from ticketing_common.testing.sessions import JWT_KEY

USER = "a" * 24
START_TIMEOUT = 20.0  # seconds
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
    port = free_port()
    started: list[Any] = []

    async def run() -> None:
        app = await wired(service, **variables)
        config = uvicorn.Config(
            app, host="127.0.0.1", port=port, lifespan="off", log_config=None, server_header=False
        )
        server = Server(config)
        started.extend([app, server, asyncio.get_running_loop()])
        await server.serve()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    deadline = time.monotonic() + START_TIMEOUT
    while not (started and started[1].started):
        assert time.monotonic() < deadline, f"{service} did not start"
        time.sleep(0.01)
    app, server, loop = started
    cookie = Sessions(SessionSettings(JWT_KEY=JWT_KEY)).write(USER, "test@test.com")
    stores = {document.__name__: store for document, store in app.state.stores.items()}
    url = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=url, timeout=10) as http:
        yield Serving(url, {"Cookie": f"{COOKIE}={cookie}"}, stores, loop, http)
    server.should_exit = server.force_exit = True
    thread.join(START_TIMEOUT)
