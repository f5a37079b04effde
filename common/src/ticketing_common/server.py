"""The HTTP server: how long it waits for others, and how it takes its leave."""

import asyncio
import socket
import time
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ticketing_common.errors import RequestTimeoutError
from ticketing_common.middlewares.error_handler import error_response

REQUEST_TIMEOUT = 15.0  # seconds from a connection, or a request's first byte, to its last one
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
    """Gives up a connection that takes too long to say what it wants.

    A request that comes in one piece, as most do, is in no need of a timer.
    """

    _asking = True  # a request has begun, or the first is waited for
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_message_begin(self) -> None:
        self._asking = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._asking = False
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._asking = False
        self._watch()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self._asking and self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_TIMEOUT, self._give_up)
        elif self._deadline is not None and not self._asking:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self.scope is not None and not self._answering():
            self.transport.write(LATE)
        self.transport.close()

    def _answering(self) -> bool:
        """Whether this request has its answer already, or one before it is still without."""
        if self.cycle is None:
            return False
        if self.cycle.scope is self.scope:  # its head has come
            return self.cycle.response_started
        return not self.cycle.response_complete


def _late() -> bytes:
    response = error_response(RequestTimeoutError())
    headers = [(b"connection", b"close"), *response.raw_headers]
    head = b"".join(b"%b: %b\r\n" % header for header in headers)
    return b"HTTP/1.1 %d Request Timeout\r\n%b\r\n%b" % (
        response.status_code,
        head,
        bytes(response.body),
    )


LATE = _late()
