"""Our calls beside those of Stripe's own library: asked alike, and understood alike."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import orjson
import pytest
import stripe

from payments.tests.recorder import Recorder
from ticketing_common.types import new_id
from ticketing_payments.gateway import (
    CardDeclinedError,
    RefusedError,
    StripeFailedError,
    StripeGateway,
    StripeUnavailableError,
)
from ticketing_payments.gateway.books import StripeBooks
from ticketing_payments.gateway.gateway import INTENTS
from ticketing_payments.gateway.span import Span

KEY = "sk_test_calls"
ORDER = new_id()
ADDRESS = "some+one@test.com"

AskedBy = Callable[[StripeGateway], Coroutine[Any, Any, Any]]


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    recorder = Recorder()
    server = await asyncio.start_server(recorder.serve, "127.0.0.1", 0)
    async with server:
        recorder.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield recorder


@pytest.fixture
async def calls(recorder: Recorder) -> AsyncIterator[StripeGateway]:
    gateway = StripeGateway(KEY, recorder.url, timeout=60)
    yield gateway
    await gateway.close()


@pytest.fixture
async def library(recorder: Recorder) -> AsyncIterator[stripe.StripeClient]:
    http = stripe.AIOHTTPClient()
    options: Any = {"base_addresses": {"api": recorder.url}, "max_network_retries": 0}
    yield stripe.StripeClient(KEY, http_client=http, **options)
    await http.close_async()  # type: ignore[no-untyped-call]


NEW: Any = {
    "amount": 1999,
    "currency": "usd",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    "metadata": {"order": ORDER},
}
TOKEN: Any = {
    "payment_method_data": {"type": "card", "card": {"token": "tok_visa"}},
    "receipt_email": ADDRESS,
}


@pytest.mark.parametrize(
    ("ours", "path", "params", "key"),
    [
        (lambda us: us.create(ORDER, 1, 1999), INTENTS, NEW, f"pi/{ORDER}/1"),
        (
            lambda us: us.confirm("pi_1", "tok_visa", ORDER, 2, ADDRESS),
            *(f"{INTENTS}/pi_1/confirm", TOKEN, f"confirm/{ORDER}/2"),
        ),
        (
            lambda us: us.confirm("pi_1", "pm_1", ORDER, 2),
            *(
                f"{INTENTS}/pi_1/confirm",
                {"payment_method": "pm_1", "use_stripe_sdk": True},
                f"confirm/{ORDER}/2",
            ),
        ),
        (
            lambda us: us.refund("pi_1", ORDER, 1),
            *("/v1/refunds", {"payment_intent": "pi_1"}, f"refund/{ORDER}/1"),
        ),
        (lambda us: us.retrieve("pi_1"), f"{INTENTS}/pi_1", {"expand": ["latest_charge"]}, None),
    ],
)
async def test_it_is_asked_as_the_library_asks(
    recorder: Recorder,
    calls: StripeGateway,
    library: stripe.StripeClient,
    ours: AskedBy,
    path: str,
    params: dict[str, Any],
    key: str | None,
) -> None:
    """Where it counts: path, form, key, account and version."""
    options = {"idempotency_key": key} if key else {}
    await library.raw_request_async("post" if key else "get", path, **params, **options)
    theirs = recorder.asked

    await ours(calls)

    assert recorder.asked == theirs


async def test_books_are_asked_for_as_the_library_asks(
    recorder: Recorder, library: stripe.StripeClient
) -> None:
    """A page of a span, with what is to be shown in full."""
    recorder.answer = 200, b'{"data": [], "has_more": false}'
    created, expand = {"gte": 5, "lt": 9}, ["data.charge"]
    await library.raw_request_async("get", "/v1/refunds", created=created, limit=100, expand=expand)
    theirs = recorder.asked
    books = StripeBooks(KEY, recorder.url)

    pages = [page async for page in books.refunded(Span(5, 9))]

    assert (pages, recorder.asked) == ([[]], theirs)
    await books.close()


def _error(**said: str) -> bytes:
    return orjson.dumps({"error": said})


@pytest.mark.parametrize("status", [302, 400, 401, 402, 403, 404, 409, 429, 500, 502, 503])
@pytest.mark.parametrize(
    "answer",
    [
        _error(type="card_error", code="card_declined", message="Your card was declined."),
        _error(type="invalid_request_error", code="resource_missing", param="id", message="No"),
        _error(type="idempotency_error", message="Keys for idempotent requests ..."),
        _error(type="invalid_request_error", code="lock_timeout", message="Locked"),
        _error(type="api_error"),
        b'{"error": "invalid_client"}',
        b'{"id": "pi_1"}',
        b"[]",
        b"Bad Gateway",
        b"",
    ],
)
async def test_it_is_understood_as_the_library_understands(
    recorder: Recorder,
    calls: StripeGateway,
    library: stripe.StripeClient,
    status: int,
    answer: bytes,
) -> None:
    """Whatever Stripe, or something in between, says in the place of an object."""
    recorder.answer = status, answer
    with pytest.raises(Exception) as theirs:  # noqa: PT011 - any of its many
        await library.raw_request_async("post", "/v1/refunds", payment_intent="pi_1")

    with pytest.raises((RefusedError, StripeUnavailableError)) as ours:
        await calls.refund("pi_1", ORDER, 1)

    assert ours.type is _meaning(theirs.value)
    if isinstance(ours.value, RefusedError) and isinstance(theirs.value, stripe.StripeError):
        assert theirs.value.code in (ours.value.code, None)


def _meaning(error: Exception) -> type[Exception]:
    """What the library's errors mean to us."""
    match error:
        case stripe.CardError():
            return CardDeclinedError
        case stripe.InvalidRequestError(code="lock_timeout"):
            return StripeUnavailableError
        case stripe.InvalidRequestError() | stripe.IdempotencyError():
            return RefusedError
        case stripe.StripeError() if (error.http_status or 0) >= 500:
            return StripeFailedError
    return StripeUnavailableError
