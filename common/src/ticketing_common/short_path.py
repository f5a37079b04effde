"""From the socket to a route of ours without the framework's detours.

FastAPI's own matching and exception stacks cost several times what our handlers do. It still
documents every route, and still serves what is not found here.

This, `routing.py`, `openapi.py` and `service.py` rely on some things that FastAPI, Starlette and
Pydantic do and don't promise. Each has a test in `test_frameworks.py` that an upgrade would break:

- An `APIRoute` keeps `path` (with its router's prefix), `methods`, `endpoint`, `status_code`,
  `dependencies` (with its router's) and `include_in_schema`.
- `APIRouter.routes` are the routes of the class that was asked for, in their order.
- `Depends(f)` is a `fastapi.params.Depends`, whose `dependency` is `f`.
- Starlette's `__call__` puts the app into the scope as `app`, asks `build_middleware_stack` once,
  and passes every request to what that returned; FastAPI's adds but telemetry.
- A `Request` finds `app` and `path_params` in its scope by these names.
- FastAPI's schema has an operation for each path and method, in which what is declared as a
  `Request` or by `Depends(f)` is no parameter, and a failed validation is a 422 of the component
  `HTTPValidationError`, made of `ValidationError`.
- Pydantic names all errors of its own in `ErrorType`, and does what it does to a model by
  `__pydantic_validator__` and `__pydantic_serializer__` (`middlewares/validate_request.py`,
  `store/document.py`, `events/message.py`).
"""

import re
from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ticketing_common.errors import CustomError
from ticketing_common.middlewares.error_handler import render_error
from ticketing_common.middlewares.request_context import RequestContext
from ticketing_common.routing import Handler, Route


class ShortPath:
    """Finds the route by method and path; hands everything else to the framework.

    HEAD is answered as GET is (that no body goes out is the server's work), and one slash at the
    end is not missed, as with the base system's Express.
    """

    def __init__(
        self,
        framework: ASGIApp,
        routes: Sequence[Route],
        around: Callable[[ASGIApp], RequestContext],
    ) -> None:
        """`around` is what the framework has around its own routes, too."""
        self.framework = framework
        self._served = around(self._serve)
        self._exact: dict[tuple[str, str], Handler] = {}
        self._patterns: list[tuple[set[str], re.Pattern[str], Handler]] = []
        for route in routes:
            methods = set(route.methods or ())
            if "GET" in methods:
                methods.add("HEAD")
            if "{" in route.path:
                pattern = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", route.path))
                self._patterns.append((methods, pattern, route.handler))
            else:
                self._exact |= {(method, route.path): route.handler for method in methods}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = self._find(scope) if scope["type"] == "http" else None
        if handler is None:
            if scope["type"] == "http" and scope["method"] == "HEAD":
                scope = {**scope, "method": "GET", "asked": "HEAD"}
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
        found = self._match(scope, method, path)
        if found is None and path[-1:] == "/":
            return self._match(scope, method, path[:-1])
        return found

    def _match(self, scope: Scope, method: str, path: str) -> Handler | None:
        scope["path_params"] = {}
        if handler := self._exact.get((method, path)):
            return handler
        for methods, pattern, candidate in self._patterns:
            if method in methods and (match := pattern.fullmatch(path)):
                scope["path_params"] = match.groupdict()
                return candidate
        return None
