"""What Stripe does not say, or something else in its place: nobody knows what was done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ticketing_common.types import new_id
from ticketing_payments.gateway import (
    RefusedError,
    StripeFailedError,
    StripeGateway,
    StripeUnavailableError,
    WrongModeError,
)
from ticketing_stripe_fake.testing import RunningFake

CONFIRM = "/v1/payment_intents/*/confirm"
ORDER = new_id()


@pytest.mark.parametrize(
    ("kind", "options", "error"),
    [
        ("drop_request", {}, StripeUnavailableError),
        ("lost_response", {}, StripeUnavailableError),
        ("rate_limit", {}, StripeUnavailableError),
        ("lock_timeout", {}, StripeUnavailableError),
        ("lock_timeout", {"status": 400}, StripeUnavailableError),
        ("lock_timeout", {"status": 409}, StripeUnavailableError),
        ("unavailable", {"status": 403}, StripeUnavailableError),
        ("unavailable", {}, StripeFailedError),
        ("error_before", {}, StripeFailedError),
        ("error_after", {}, StripeFailedError),
        ("error_after", {"status": 502}, StripeFailedError),
    ],
)
async def test_no_clear_answer(
    stripe: RunningFake, gateway: StripeGateway, kind: Any, options: Any, error: type[Exception]
) -> None:
    """Wherever it is not known that nothing was done, the error says "unavailable", and "failed"
    where asking with the same key would be answered the same."""
    intent = await gateway.create(ORDER, 1, 2000)
    stripe.fault(kind, path=CONFIRM, next=1, **options)

    with pytest.raises(StripeUnavailableError) as raised:
        await gateway.confirm(intent.id, "tok_visa", ORDER, 1)

    assert raised.type is error


@pytest.mark.parametrize("fault", ["latency", "hanging"])
async def test_a_call_is_bounded(stripe: RunningFake, fault: str) -> None:
    """A call that takes longer than the timeout is an unknown outcome, and Stripe's own retries
    do not add to it."""
    order = new_id()
    key = f"pi/{order}/*"  # others' requests may still be executing
    stripe.fault("latency", seconds=5, key=key) if fault == "latency" else stripe.fault(
        "lost_response", hang=True, key=key
    )
    gateway = StripeGateway("sk_test_short", stripe.url, timeout=0.2)

    with pytest.raises(StripeUnavailableError):
        async with asyncio.timeout(4.5):
            await gateway.create(order, 1, 2000)

    assert stripe.fake.faults.all()[0].fired == 1  # type: ignore[index]
    await gateway.close()


async def test_an_answer_that_drips() -> None:
    """The bound is for the whole call: a byte now and then does not prolong it."""
    async with _someone_else("200 OK", "{" + " " * 200, pause=0.05) as url:
        gateway = StripeGateway("sk_test_drip", url, timeout=0.3)

        with pytest.raises(StripeUnavailableError):
            async with asyncio.timeout(5):
                await gateway.retrieve("pi_1")

        await gateway.close()


@pytest.mark.parametrize("key", ["pk_test_publishable", "nonsense"])
async def test_a_wrong_key(stripe: RunningFake, key: str) -> None:
    """Our own wrong key says nothing about the card, nor about what an earlier call did."""
    gateway = StripeGateway(key, stripe.url, timeout=60)

    with pytest.raises(StripeUnavailableError):
        await gateway.create(ORDER, 1, 2000)

    await gateway.close()


async def test_an_unknown_intent(gateway: StripeGateway) -> None:
    """An intent that can't be shown may have charged all the same."""
    with pytest.raises(StripeUnavailableError):
        await gateway.retrieve("pi_unknown")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("200 OK", "<html>captive portal</html>"),
        ("200 OK", ""),
        ("403 Forbidden", "<html>proxy</html>"),
        ("404 Not Found", '{"error": "Not Found"}'),
        ("404 Not Found", "{}"),
        ("400 Bad Request", "null"),
        ("302 Found", "{}"),
        ("502 Bad Gateway", "<html>gateway</html>"),
    ],
)
async def test_an_answer_that_is_not_stripes(status: str, body: str) -> None:
    """Whatever stands in between, what it says never counts as Stripe's refusal or success."""
    async with _someone_else(status, body) as url:
        gateway = StripeGateway("sk_test_lost", url, timeout=60)

        with pytest.raises(StripeUnavailableError):
            await gateway.confirm("pi_1", "tok_visa", ORDER, 1)

        await gateway.close()


@asynccontextmanager
async def _someone_else(status: str, body: str, pause: float = 0) -> AsyncIterator[str]:
    """A server that answers everything alike, with so many seconds before each byte."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        length = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(f"HTTP/1.1 {status}\r\n{length}".encode())
        for byte in body:
            await asyncio.sleep(pause)
            if writer.is_closing():
                return
            writer.write(byte.encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_money_of_the_other_mode(gateway: StripeGateway) -> None:
    """An answer about play money says nothing to a live key."""
    intent = await gateway.create(ORDER, 1, 2000)
    gateway.live = True

    with pytest.raises(WrongModeError):
        await gateway.retrieve(intent.id)


async def test_calls_that_fail_in_a_row_are_counted(
    stripe: RunningFake, gateway: StripeGateway
) -> None:
    """What Stripe refuses, or declines, it has answered."""
    stripe.fault("error_before", next=2)
    for _ in range(2):
        with pytest.raises(StripeFailedError):
            await gateway.create(new_id(), 1, 2000)
    assert gateway.failing == 2

    with pytest.raises(RefusedError):
        await gateway.refund("pi_none", new_id(), 1)

    assert gateway.failing == 0
