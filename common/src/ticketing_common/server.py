"""The HTTP server, and how it takes its leave."""

import asyncio
import socket
import time

import uvicorn
from starlette.types import ASGIApp

from ticketing_common.protocol import Protocol
from ticketing_common.settings import Settings
from ticketing_common.tracing import spans

LINGER = 4.0  # seconds; proxies should give up an idle connection to us earlier than that
DRAIN_TIMEOUT = 16  # seconds for requests under way after that
FLUSH_TIMEOUT = 1.0  # seconds for spans that are not exported yet, when all is done


def server_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.HOST,
        port=settings.PORT,
        http=Protocol,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=DRAIN_TIMEOUT,
        timeout_keep_alive=75,  # longer than a proxy keeps its connections to us
        backlog=2048,
        server_header=False,
        proxy_headers=False,  # we read them ourselves, where we need them
        reset_contextvars=True,  # else one begins in the span of the request pipelined before it
    )


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
        await spans.flush(FLUSH_TIMEOUT)
