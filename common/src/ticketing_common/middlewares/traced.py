"""A span around every request; it goes on with the trace of a caller who may name one."""

from collections.abc import Sequence
from functools import partial

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticketing_common.middlewares.vouching import HEADER, Vouching
from ticketing_common.routing import Route
from ticketing_common.settings import ProxySettings, Settings
from ticketing_common.tracing import spans

TRACEPARENT, VISITOR = spans.HEADER.encode(), HEADER.encode()
LONGEST_PATH = 200  # characters of one that no route is for
NOT_TRACED = frozenset({"/healthz", "/readyz"})  # every few seconds, and nobody's doing


def method_of(scope: Scope) -> str:
    """What was asked for: the framework is given a GET in the place of a HEAD."""
    method: str = scope.get("asked", scope["method"])
    return method


class Traced:
    """Named by method and route template, or by the method alone where no route is found, so that
    there are only so many names. `routes` are those that `ShortPath` finds; the framework's own are
    in the scope."""

    def __init__(self, routes: Sequence[Route], settings: Settings) -> None:
        self.routes = routes
        self._trusts_all = settings.TRUST_TRACEPARENT
        keys = settings.VISITOR_KEYS if isinstance(settings, ProxySettings) else ()
        self._vouching = Vouching(keys)

    async def serve(
        self, app: ASGIApp, traceparent: bytes | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """A request for which `spans.draws` said yes, or one that brings a `traceparent` along."""
        if scope["path"] in NOT_TRACED:
            await app(scope, receive, send)
            return
        parent = None
        if traceparent is not None and self._is_trusted(scope):
            parent = traceparent.decode("latin-1")
        drawn = traceparent is None
        with spans.span(method_of(scope), "server", parent=parent, drawn=drawn) as sampled:
            await (partial(self._told, app) if sampled else app)(scope, receive, send)

    async def _told(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        method, status = method_of(scope), 500  # unless a response begins

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, send_noting)
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
            return next((each.path for each in self.routes if each.handler is handler), None)
        return getattr(scope.get("route"), "path", None)

    def _is_trusted(self, scope: Scope) -> bool:
        """Where the caller is the client service. A visitor's own `traceparent` could have each of
        their requests sampled, and hide others."""
        named: dict[bytes, bytes] = dict(scope["headers"])
        vouched = named.get(VISITOR, b"").decode("latin-1")
        return self._trusts_all or self._vouching.read(vouched) is not None
