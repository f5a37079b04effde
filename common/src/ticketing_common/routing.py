"""The route class of every service: FastAPI's declaration, a short way from socket to handler.

FastAPI documents the route (OpenAPI) from the same signature; this class calls it. It also holds
two rules of ours: the order in which a request is checked (its sender and its type, body parse,
session, validation, then whatever the handler checks), and a fresh try where a concurrent save
came in between. What it relies on of FastAPI is listed in `short_path.py`.
"""

import inspect
from collections.abc import Callable, Coroutine
from functools import cached_property, partial
from typing import Annotated, Any, ClassVar, get_args, get_origin, get_type_hints

from fastapi.params import Depends
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ticketing_common.middlewares.cross_site import UNSAFE_METHODS, require_own_json
from ticketing_common.middlewares.paging import link_to
from ticketing_common.middlewares.validate_request import (
    RawBody,
    RequestBody,
    read_body,
    read_json_object,
    validate_request,
)
from ticketing_common.store.page import Found
from ticketing_common.store.retry import retrying

Resolve = Callable[[Request], Any]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Read = Callable[[Request], Coroutine[Any, Any, Any]]


class Route(APIRoute):
    """Understands four kinds of parameters: path parameters (`str`), the request itself, one
    `RequestBody` or `RawBody`, and `Annotated[..., Depends(f)]` where `f` takes the request. The
    route's own `dependencies=[Depends(f)]` come last before the handler: what is refused before,
    as a body that is wrong, costs its sender none of the tries that they count.

    Before all that, an unsafe method is refused where a page of another origin caused it (403), and
    where its body is not declared as JSON (415); see `middlewares.cross_site` and `WebhookRoute`.

    What the handler returns is rendered as its return annotation says; a `Response` as it is.
    """

    acts_for_a_visitor: ClassVar[bool] = True

    @property
    def wants_own_json(self) -> bool:
        """Whether a request has to come from our own pages, or from no page at all, as JSON."""
        return self.acts_for_a_visitor and not UNSAFE_METHODS.isdisjoint(self.methods or ())

    @property
    def resolvers(self) -> set[Resolve]:
        """What its parameters and its own dependencies depend on."""
        hints = get_type_hints(self.endpoint, include_extras=True).values()
        found = {*map(_dependency, hints), *(each.dependency for each in self.dependencies)}
        return {each for each in found if each}

    def get_route_handler(self) -> Handler:
        return self.handler

    @cached_property
    def handler(self) -> Handler:
        """Answers a request for this route."""
        call = self.endpoint
        hints = get_type_hints(call, include_extras=True)
        returns = hints.pop("return", None)
        render = _renderer(returns, self.status_code or 200)
        body = next((name for name, hint in hints.items() if _is_body(hint)), None)
        read, parse = _body_of(hints[body]) if body else (None, None)
        resolvers = {
            name: _resolver(name, hints[name])
            for name in inspect.signature(call).parameters
            if name != body
        }

        checks = [each.dependency for each in self.dependencies if each.dependency]
        own_json = self.wants_own_json

        async def handle(request: Request) -> Response:
            if own_json:
                require_own_json(request.scope["headers"])
            came = await read(request) if read else None
            with request.app.state.places:
                arguments = {name: resolve(request) for name, resolve in resolvers.items()}
                if body and parse:
                    arguments[body] = parse(came)
                for check in checks:
                    check(request)
                return render(await retrying(lambda: call(**arguments)))

        return handle


class WebhookRoute(Route):
    """A route that somebody's server calls and no browser does, e.g. Stripe's: any type of body is
    taken, from whatever origin. It must prove its caller by other means than the session, as by a
    signature over its `RawBody`.

        router = APIRouter(route_class=WebhookRoute)

        @router.post("/api/payments/webhook")
        async def webhook(request: Request, body: RawBody) -> None: ...
    """

    acts_for_a_visitor = False


def _is_body(hint: Any) -> bool:
    return hint == RawBody or (isinstance(hint, type) and issubclass(hint, RequestBody))


def _body_of(hint: Any) -> tuple[Read, Callable[[Any], Any]]:
    """How this body is read, and what becomes of it once the session is known."""
    if hint == RawBody:
        return read_body, lambda body: body
    return read_json_object, partial(validate_request, hint)


def _resolver(name: str, hint: Any) -> Resolve:
    if hint is Request:
        return lambda request: request
    return _dependency(hint) or (lambda request: request.path_params[name])


def _dependency(hint: Any) -> Resolve | None:
    """The `f` of `Annotated[..., Depends(f)]`."""
    extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((each.dependency for each in extras if isinstance(each, Depends)), None)


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
    """Ready JSON with the two headers it needs. (A `Response` takes longer to make.)"""

    def __init__(self, content: bytes, status_code: int) -> None:
        self.status_code = status_code
        self.body = content
        self.raw_headers = [
            (b"content-length", str(len(content)).encode()),
            (b"content-type", b"application/json"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, headers = self.status_code, self.raw_headers
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})
