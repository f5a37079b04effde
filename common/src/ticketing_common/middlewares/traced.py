"""A span around every request, in whose trace its caller's is, if that says so."""

from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticketing_common.tracing import spans

TRACEPARENT = spans.HEADER.encode()
LONGEST_PATH = 200  # characters of one that are told
NOT_TRACED = frozenset({"/healthz", "/readyz"})  # every few seconds, and nobody's doing


class Traced:
    """Named by its route, never by its path: there are as many names as routes. `routes` are those
    of the handlers that `ShortPath` finds."""

    def __init__(self, app: ASGIApp, routes: Mapping[Any, str]) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in NOT_TRACED:
            await self.app(scope, receive, send)
            return
        status = 500  # where nothing is answered any more

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"]
        attributes = {"http.request.method": method, "url.path": scope["path"][:LONGEST_PATH]}
        parent = _traceparent(scope)
        with spans.span(method, "server", parent=parent, attributes=attributes):
            await self.app(scope, receive, send_noting)
            said: dict[str, str | int] = {"http.response.status_code": status}
            if route := self._route(scope):
                said["http.route"] = route
            spans.describe(
                name=f"{method} {route}" if route else None, attributes=said, failed=status >= 500
            )

    def _route(self, scope: Scope) -> str | None:
        if handler := scope.get("handler"):
            return self.routes.get(handler)
        return getattr(scope.get("route"), "path", None)


def _traceparent(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == TRACEPARENT:
            return bytes(value).decode("latin-1")
    return None
