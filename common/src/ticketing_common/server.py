"""The HTTP server: how long it waits for others, and how it takes its leave."""

import asyncio
import socket
import time
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_TIMEOUT = 15.0  # seconds from a connection, or a request's first byte, to its last header
LINGER = 4.0  # seconds; proxies should give up an idle connection to us earlier than that
DRAIN_TIMEOUT = 16  # seconds for requests under way after that


class Server(uvicorn.Server):
    """Told to stop, it takes no new connections, but goes on answering on those it has.

    uvicorn closes idle connections at once, and with them what a proxy is just sending: a POST
    lost so can't be sent again. Here each answer says that it is the connection's last one, so
    that proxies let go of them one by one.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        self.server_state.default_headers.append((b"connection", b"close"))
        deadline = time.monotonic() + LINGER
        while self.server_state.connections and not self.force_exit:
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(0.05)
        await super().shutdown(sockets)


class Protocol(HttpToolsProtocol):
    """Gives up a connection that takes too long to say what it wants."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self) -> None:
        self._forget()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_TIMEOUT, self.transport.close)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
