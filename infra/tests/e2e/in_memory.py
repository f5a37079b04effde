"""A client over the public API in memory: for what the whole stack passes through too fast."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from ticketing_client.api import Api
from ticketing_client.app import create_app
from ticketing_client.config import ClientSettings
from ticketing_client.testing.fake_api import FakeApi
from ticketing_client.transport import Transport

API = "http://api.test"
START_TIMEOUT = 60.0  # seconds


@contextmanager
def client_in_memory(api: FakeApi, stripe_key: str | None) -> Iterator[str]:
    """Serve the client's pages from a thread; their address. `/broken` is one that fails."""
    settings = ClientSettings.model_validate({"API_URL": API, "STRIPE_PUBLISHABLE_KEY": stripe_key})
    transport = Transport(API, httpx.MockTransport(api))
    app = create_app(settings, Api(transport, settings))

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            deadline = time.monotonic() + START_TIMEOUT
            while not server.started:
                assert time.monotonic() < deadline, "the client did not start in time"
                time.sleep(0.02)
            yield f"http://localhost:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
