"""The server: uvicorn, whose connections are in reach so that an answer can be lost for real."""

from asyncio import BaseTransport
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ticketing_stripe_fake.app import create_app
from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.responses import TRANSPORT

GRACE_SECONDS = 3
"""How long a shutdown waits for slow and hanging answers."""


class Protocol(HttpToolsProtocol):
    def connection_made(self, transport: BaseTransport) -> None:
        app: Any = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope[TRANSPORT] = transport
            await app(scope, receive, send)

        self.app = with_transport
        super().connection_made(transport)  # type: ignore[arg-type]


def server(fake: Fake, *, host: str, port: int) -> uvicorn.Server:
    """Closes the fake when it stops."""
    return uvicorn.Server(
        uvicorn.Config(
            create_app(fake),
            host=host,
            port=port,
            http=Protocol,
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
