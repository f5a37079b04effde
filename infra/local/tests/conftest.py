"""What the tests of the laptop environment share."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ticketing_common.testing.ports import free_port
from ticketing_local.binaries import NGINX, find
from ticketing_local.data.files import make_folder
from ticketing_local.data.ports import LOOPBACK, Ports
from ticketing_local.manifests import Manifests
from ticketing_local.processes.keeper import Keeper
from ticketing_local.processes.process import Process
from ticketing_local.servers.nginx import nginx
from ticketing_local.servers.nginx_config import Gateway
from ticketing_local.testing import Told, eventually


@pytest.fixture
def infra() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture(name="free_port")
def a_free_port() -> int:
    return free_port()


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


class _Echo(ThreadingHTTPServer):
    """A service that answers what it was asked, as itself."""

    def __init__(self, name: str) -> None:
        super().__init__((LOOPBACK, 0), _EchoHandler)
        self.name = name


class _EchoHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Echo

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = {"service": self.server.name, "path": self.path, "headers": headers}
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.send_header("x-filler", "x" * int(headers.get("x-filler", 0)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def services() -> Iterator[dict[str, ThreadingHTTPServer]]:
    """One of each; who is stopped is closed."""
    servers: dict[str, ThreadingHTTPServer] = {
        name: _Echo(name) for name in ("auth", "client", "orders", "payments", "tickets")
    }
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.01,)) for server in servers.values()
    ]
    for thread in threads:
        thread.start()
    yield servers
    for server in servers.values():
        server.shutdown()
        server.server_close()
    for thread in threads:
        thread.join()


@pytest.fixture
def gateway(services: dict[str, ThreadingHTTPServer], infra: Path, tmp_path: Path) -> Gateway:
    """The gateway in front of them, as the ingress has it."""
    ports = Ports(tmp_path / "ports.json", reserved=0)
    return Gateway(
        port=ports.of("gateway"),
        inside=ports.of("inside"),
        routes=Manifests(infra).routes(),
        upstreams={name: [server.server_port] for name, server in services.items()},
    )


@pytest.fixture
def serve(
    keep: Callable[[Process], Keeper], tmp_path: Path
) -> Callable[[Gateway], Awaitable[None]]:
    """Runs NGINX for a gateway until the test ends."""

    async def start(gateway: Gateway) -> None:
        keeper = keep(nginx(find(NGINX, {}), make_folder(tmp_path / "nginx"), gateway))
        await eventually(lambda: keeper.is_ready)

    return start
