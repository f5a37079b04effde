"""The ASGI application: Stripe under /v1, the control API under /_fake, health."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ticketing_stripe_fake import control
from ticketing_stripe_fake.answer import Answer
from ticketing_stripe_fake.api import (
    charges,
    disputes,
    events,
    methods,
    payment_intents,
    refunds,
    tokens,
)
from ticketing_stripe_fake.api.operation import Operation
from ticketing_stripe_fake.errors import StripeError
from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.forms import fingerprint, parse_pairs
from ticketing_stripe_fake.gate import Incoming
from ticketing_stripe_fake.ids import request_id
from ticketing_stripe_fake.responses import on_the_wire

log = logging.getLogger("ticketing_stripe_fake")

OPERATIONS: tuple[Operation, ...] = (
    *payment_intents.OPERATIONS,
    *charges.OPERATIONS,
    *refunds.OPERATIONS,
    *disputes.OPERATIONS,
    *events.OPERATIONS,
    *methods.OPERATIONS,
    *tokens.OPERATIONS,
)


def create_app(fake: Fake) -> Starlette:
    """Closes the fake's storage when it shuts down."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        beside = asyncio.create_task(fake.run())
        beside.add_done_callback(_require_cancelled)
        try:
            yield
        finally:
            beside.cancel()
            with suppress(asyncio.CancelledError):
                await beside
            fake.close()

    async def alive(_: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            *(
                Route(operation.path, _endpoint(fake, operation), methods=[operation.method])
                for operation in OPERATIONS
            ),
            *control.routes(fake),
            Route("/healthz", alive),
            Route("/readyz", alive),
        ],
        exception_handlers={404: _unrecognized, 405: _unrecognized},
        lifespan=lifespan,
    )


def _endpoint(fake: Fake, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    name = f"{operation.method} {operation.path}"

    async def endpoint(request: Request) -> Response:
        is_post = operation.method == "POST"
        text = await request.body() if is_post else request.scope["query_string"]
        pairs = parse_pairs(text.decode(errors="replace"))
        key = request.headers.get("idempotency-key") if is_post else None
        answer = await fake.gate.pass_through(
            Incoming(
                operation,
                operation.method,
                request.scope["path"],
                request.path_params.get("id", ""),
                pairs,
                key,
                fingerprint(pairs) if key else b"",
                request.headers.get("authorization"),
                (fake.public_url or str(request.base_url)).rstrip("/"),
            )
        )
        fake.counts.answered(name, str(answer.status) if answer.fate == "sent" else answer.fate)
        if answer.original_request:
            fake.counts.replayed(name)
        return on_the_wire(answer, key, request.headers.get("stripe-version"))

    return endpoint


def _require_cancelled(task: asyncio.Task[None]) -> None:
    """Without webhooks and what happens by itself, the server would only look like Stripe."""
    if not task.cancelled():
        log.critical("stopping", exc_info=task.exception())
        signal.raise_signal(signal.SIGTERM)


async def _unrecognized(request: Request, _: Exception) -> Response:
    if not request.url.path.startswith("/v1"):
        return JSONResponse({"error": "Not Found"}, 404)
    message = (
        f"Unrecognized request URL ({request.method}: {request.url.path}). Please see "
        "https://stripe.com/docs or we can help at https://support.stripe.com/."
    )
    answer = Answer.of_error(request_id(), StripeError(404, message, began=False))
    return on_the_wire(answer, None, request.headers.get("stripe-version"))
