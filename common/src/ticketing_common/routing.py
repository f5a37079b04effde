"""The route class of every service: FastAPI's declaration, a short way from socket to handler.

FastAPI documents the route (OpenAPI) from the same signature; this class calls it. It also holds
two rules of ours: the order in which a request is checked (body parse, session, validation, then
whatever the handler checks), and a fresh try where a concurrent save came in between.
"""

import inspect
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from fastapi.params import Depends
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from ticketing_common.middlewares.paging import link_to
from ticketing_common.middlewares.validate_request import (
    RequestBody,
    read_json_object,
    validate_request,
)
from ticketing_common.store.page import Found
from ticketing_common.store.retry import retrying

Resolve = Callable[[Request], Any]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """Understands four kinds of parameters: path parameters (`str`), the request itself, one
    `RequestBody`, and `Annotated[..., Depends(f)]` where `f` takes the request. The route's own
    `dependencies=[Depends(f)]` come before everything else, the body included.

    What the handler returns is rendered as its return annotation says; a `Response` as it is.
    """

    handler: Handler

    def get_route_handler(self) -> Handler:
        call = self.endpoint
        hints = get_type_hints(call, include_extras=True)
        returns = hints.pop("return", None)
        render = _renderer(returns, self.status_code or 200)
        body = next((name for name, hint in hints.items() if _is_body(hint)), None)
        resolvers = {
            name: _resolver(name, hints[name])
            for name in inspect.signature(call).parameters
            if name != body
        }

        checks = [each.dependency for each in self.dependencies if each.dependency]

        async def handle(request: Request) -> Response:
            for check in checks:
                check(request)
            fields = await read_json_object(request) if body else {}
            with request.app.state.places:
                arguments = {name: resolve(request) for name, resolve in resolvers.items()}
                if body:
                    arguments[body] = validate_request(hints[body], fields)
                return render(await retrying(lambda: call(**arguments)))

        self.handler = handle
        return handle


def _is_body(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, RequestBody)


def _resolver(name: str, hint: Any) -> Resolve:
    if hint is Request:
        return lambda request: request
    if get_origin(hint) is Annotated:
        for extra in get_args(hint)[1:]:
            if isinstance(extra, Depends) and extra.dependency is not None:
                return extra.dependency
    return lambda request: request.path_params[name]


def _renderer(returns: Any, status: int) -> Callable[[Any], Response]:
    if returns is None or returns is type(None) or returns is Response:
        return lambda value: value if value is not None else Response(status_code=status)
    adapter: TypeAdapter[Any] = TypeAdapter(returns)

    def render(value: Any) -> Response:
        if isinstance(value, Response):
            return value
        if not isinstance(value, Found):
            return JSONBytes(adapter.dump_json(value, by_alias=True), status)
        if value.json is None:  # rendered once for all who share this answer
            value.json = adapter.dump_json(value, by_alias=True)
        response = JSONBytes(value.json, status)
        if value.next:
            response.raw_headers.append((b"link", link_to(value.next)))
        return response

    return render


class JSONBytes(Response):
    """Ready JSON with the two headers it needs."""

    def __init__(self, content: bytes, status_code: int) -> None:
        self.status_code = status_code
        self.body = content
        self.background = None
        self.raw_headers = [
            (b"content-length", str(len(content)).encode()),
            (b"content-type", b"application/json"),
        ]
