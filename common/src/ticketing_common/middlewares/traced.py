"""A span around every request; it goes on with the trace of a caller who may name one."""

from collections.abc import Awaitable, Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticketing_common.middlewares.vouching import HEADER, Vouching
from ticketing_common.settings import ProxySettings, Settings
from ticketing_common.tracing import spans

TRACEPARENT, VISITOR = spans.HEADER.encode(), HEADER.encode()
LONGEST_PATH = 200  # characters of one that no route is for
NOT_TRACED = frozenset({"/healthz", "/readyz"})  # every few seconds, and nobody's doing


class Traced:
    """Named by method and route template, or by the method alone where no route is found, so that
    there are only so many names. `routes` are the templates of the handlers that `ShortPath` finds;
    those of the framework's own are in the scope."""

    def __init__(self, app: ASGIApp, routes: Mapping[Any, str], settings: Settings) -> None:
        self.app = app
        self.routes = routes
        self._trusts_all = settings.TRUST_TRACEPARENT
        keys = settings.VISITOR_KEYS if isinstance(settings, ProxySettings) else ()
        self._vouching = Vouching(keys)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http" or scope["path"] in NOT_TRACED:
            return self.app(scope, receive, send)
        parent = None
        for name, _ in scope["headers"]:
            if name == TRACEPARENT:
                parent = self._parent(scope)
        if parent is None and spans.passes():
            return self.app(scope, receive, send)
        return self._in_span(scope, receive, send, parent)

    async def _in_span(
        self, scope: Scope, receive: Receive, send: Send, parent: str | None
    ) -> None:
        with spans.span(scope["method"], "server", parent=parent) as sampled:
            await (self._traced if sampled else self.app)(scope, receive, send)

    async def _traced(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, status = scope["method"], 500  # unless a response begins

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        finally:
            route = self._route(scope)
            attributes: dict[str, str | int] = {
                "http.request.method": method,
                "http.response.status_code": status,
                # A path may be a secret, as that of a ticket's code is; a template is none.
                **({"http.route": route} if route else {"url.path": scope["path"][:LONGEST_PATH]}),
            }
            name = f"{method} {route}" if route else None
            spans.update(name=name, attributes=attributes, failed=status >= 500)

    def _route(self, scope: Scope) -> str | None:
        if handler := scope.get("handler"):
            return self.routes.get(handler)
        return getattr(scope.get("route"), "path", None)

    def _parent(self, scope: Scope) -> str | None:
        """The caller's `traceparent`, where the caller is the client service. A visitor's own could
        have each of their requests sampled, and hide others."""
        named: dict[bytes, bytes] = dict(scope["headers"])
        vouched = named.get(VISITOR, b"").decode("latin-1")
        trusted = self._trusts_all or self._vouching.read(vouched) is not None
        return named[TRACEPARENT].decode("latin-1") if trusted else None
