"""A running fake, Stripe's own client for it, and a bare HTTP client."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.testing import ManualClock, RunningFake, stripe_fake

KEY = "sk_test_fake"
USD: Any = {
    "currency": "usd",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}

Pay: TypeAlias = Callable[..., Awaitable[stripe.PaymentIntent]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def server(clock: ManualClock) -> AsyncIterator[RunningFake]:
    async with stripe_fake(Fake(clock=clock)) as running:
        yield running


@pytest.fixture
async def client(server: RunningFake) -> AsyncIterator[stripe.StripeClient]:
    """Stripe's client as the payments service uses it: no retries, a short timeout."""
    transport = stripe.HTTPXClient(timeout=5)
    yield stripe.StripeClient(
        KEY,
        base_addresses={"api": server.url},
        max_network_retries=0,
        http_client=transport,
    )
    await transport.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture
async def http(server: RunningFake) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(
        base_url=server.url, headers=headers, timeout=5, verify=False
    ) as client:
        yield client


@pytest.fixture
def pay(client: stripe.StripeClient) -> Pay:
    """Creates and confirms an intent in one request; the options are Stripe's."""

    async def pay(token: str = "tok_visa", amount: int = 1999, **options: Any) -> Any:
        data = {"type": "card", "card": {"token": token}}
        params: Any = {
            **USD,
            "amount": amount,
            "confirm": True,
            "payment_method_data": data,
            **options,
        }
        return await client.v1.payment_intents.create_async(params)

    return pay
