"""From the socket to a route of ours without the framework's detours.

FastAPI's own matching and exception stacks cost several times what our handlers do. It still
documents every route, and still serves what is not found here.
"""

import re

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ticketing_common.errors import CustomError
from ticketing_common.middlewares.error_handler import render_error
from ticketing_common.middlewares.request_context import RequestContext
from ticketing_common.routing import Handler, Route


class ShortPath:
    """Finds the route by method and path; hands everything else to the framework."""

    def __init__(self, framework: ASGIApp, routes: list[Route], access_log: bool) -> None:
        self.framework = framework
        self._served = RequestContext(self._serve, access_log)
        self._exact: dict[tuple[str, str], Handler] = {}
        self._patterns: list[tuple[set[str], re.Pattern[str], Handler]] = []
        for route in routes:
            methods = route.methods or set()
            if route.param_convertors:
                self._patterns.append((methods, route.path_regex, route.handler))
            else:
                self._exact |= {(method, route.path): route.handler for method in methods}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = self._find(scope) if scope["type"] == "http" else None
        if handler is None:
            await self.framework(scope, receive, send)
        else:
            scope["handler"] = handler
            await self._served(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await scope["handler"](Request(scope, receive))
        except CustomError as error:
            response = render_error(error)
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> Handler | None:
        method, path = scope["method"], scope["path"]
        scope["path_params"] = {}
        if handler := self._exact.get((method, path)):
            return handler
        for methods, pattern, candidate in self._patterns:
            if method in methods and (match := pattern.match(path)):
                scope["path_params"] = match.groupdict()
                return candidate
        return None
