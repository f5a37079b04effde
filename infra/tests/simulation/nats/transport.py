"""The connection of nats-py's own client to the simulated server: its transport, in memory."""

import asyncio
from typing import Any, Protocol

from infra.tests.simulation.loop import OWNER
from infra.tests.simulation.network import Network

CLOSED = b""


class Listening(Protocol):
    """Who is at the other end of a connection."""

    name: str
    network: Network
    up: bool
    frozen: bool

    def accept(self, transport: "Transport") -> None: ...
    def receive(self, transport: "Transport", data: bytes) -> None: ...
    def forget(self, transport: "Transport") -> None: ...


class Transport:
    """What `nats.aio.transport.Transport` asks for. `server` is set before any client connects."""

    server: Listening

    def __init__(self) -> None:
        self.owner = OWNER.get()
        self.open = False
        self._sent = bytearray()
        self._received = bytearray()
        self._closed = False
        self._news = asyncio.Event()
        self._to_server = self._to_client = 0.0  # when the latest arrives: a connection has order

    async def connect(self, uri: Any, buffer_size: int, connect_timeout: int) -> None:
        """Raise `OSError` where nobody listens."""
        async with asyncio.timeout(connect_timeout):
            accepted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.server.network.send(self.owner.name, self.server.name, self._knock, accepted)
            await accepted
        self.open = True

    def _knock(self, accepted: "asyncio.Future[None]") -> None:
        if accepted.done() or self.server.frozen:
            return  # nobody says no, either
        if self.server.up:
            self.server.accept(self)
            accepted.set_result(None)
        else:
            accepted.set_exception(ConnectionRefusedError("nobody listens"))

    def write(self, payload: bytes) -> None:
        self._sent += payload

    def writelines(self, payload: list[bytes]) -> None:
        self._sent += b"".join(payload)

    async def drain(self) -> None:
        sent, self._sent = bytes(self._sent), bytearray()
        if sent and self.open:
            network, server = self.server.network, self.server
            self._to_server = network.in_order(
                self.owner.name, server.name, self._to_server, server.receive, self, sent
            )

    def deliver(self, data: bytes) -> None:
        """Of the server's: these bytes arrive a little later."""
        self._to_client = self.server.network.in_order(
            self.server.name, self.owner.name, self._to_client, self._take, data
        )

    def hang_up(self) -> None:
        """Of the server's: the connection breaks now."""
        self.open = False
        self._closed = True
        self._news.set()

    def _take(self, data: bytes) -> None:
        if not self._closed:
            self._received += data
            self._news.set()

    async def read(self, buffer_size: int) -> bytes:
        while not self._received and not self._closed:
            self._news.clear()
            await self._news.wait()
        if self._closed:
            return CLOSED
        data = bytes(self._received[:buffer_size])
        del self._received[:buffer_size]
        return data

    async def readline(self) -> bytes:
        line = bytearray()
        while not line.endswith(b"\n"):
            byte = await self.read(1)
            if byte == CLOSED:
                return bytes(line)
            line += byte
        return bytes(line)

    def at_eof(self) -> bool:
        return self._closed

    def close(self) -> None:
        if self.open:
            self.server.forget(self)
        self.hang_up()

    async def wait_closed(self) -> None:
        """It is closed at once."""

    def __bool__(self) -> bool:
        return self.open
