"""A route of the control API: a handler's JSON, and its errors as 404, 400 or Stripe's own."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ticketing_stripe_fake.errors import StripeError
from ticketing_stripe_fake.fake import Fake

Handler: TypeAlias = Callable[[Fake, Request], Awaitable[Any]]


def control_route(fake: Fake, method: str, path: str, handler: Handler) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            content, status = await handler(fake, request), 200
        except StripeError as error:
            content, status = error.body(), error.status
        except LookupError as error:
            content, status = {"error": str(error)}, 404
        except (TypeError, ValueError) as error:  # what was asked makes no sense
            content, status = {"error": str(error)}, 400
        return Response(orjson.dumps(content), status, media_type="application/json")

    return Route(f"/_fake{path}", endpoint, methods=[method])


async def asked_of(request: Request) -> dict[str, Any]:
    """The body. Raises ValueError where it is no object."""
    asked = orjson.loads(await request.body() or b"{}")
    if not isinstance(asked, dict):
        raise ValueError("the body must be an object")
    return asked
