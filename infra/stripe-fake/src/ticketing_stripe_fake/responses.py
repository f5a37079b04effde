"""Answers on the wire, and the ones that never get there."""

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ticketing_stripe_fake.answer import Answer

TRANSPORT = "ticketing_stripe_fake.transport"
"""The scope's key for the connection, put there by the server."""


class LostResponse(Response):
    """Closes the connection without a byte, or leaves it silent until the client gives up."""

    def __init__(self, *, hang: bool) -> None:
        super().__init__()
        self.hang = hang

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport: Any = scope.get(TRANSPORT)
        if transport is None:
            raise ConnectionResetError("The fake lost its answer.")
        if not self.hang:
            transport.close()
        try:
            await _disconnected(receive)
        except asyncio.CancelledError:  # the server stops; a late answer would be a lie
            transport.abort()
            await _disconnected(receive)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def on_the_wire(answer: Answer, key: str | None, version: str | None) -> Response:
    if answer.fate != "sent":
        return LostResponse(hang=answer.fate == "hanging")
    return Response(answer.body, answer.status, answer.headers(key, version))
