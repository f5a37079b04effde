"""A running fake, Stripe's own client for it, and a bare HTTP client."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx
import pytest
import stripe
import uvicorn
from starlette.requests import Request
from starlette.responses import Response

from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.testing import ManualClock, RunningFake, stripe_fake

KEY = "sk_test_fake"
SECRET = "whsec_fake"
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
    """Stripe's client without retries, and with more patience than a busy machine needs."""
    transport = stripe.HTTPXClient(timeout=60)
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
        base_url=server.url, headers=headers, timeout=60, verify=False
    ) as client:
        yield client


@dataclass
class Receiver:
    """A shop's webhook endpoint: it answers `status`, and keeps what came."""

    url: str = ""
    status: int = 200
    came: list[tuple[bytes, str | None]] = field(default_factory=list)
    """Bodies with their signatures."""
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, it makes every answer wait."""

    def __post_init__(self) -> None:
        self.hold.set()

    async def until(self, count: int) -> list[stripe.Event]:
        """The events that came, once there are so many; each must be signed as Stripe signs."""
        async with asyncio.timeout(60):
            while len(self.came) < count:
                await asyncio.sleep(0.005)
        return [stripe.Webhook.construct_event(body, sign, SECRET) for body, sign in self.came]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        self.came.append((await request.body(), request.headers.get("stripe-signature")))
        await self.hold.wait()
        await Response(status_code=self.status)(scope, receive, send)


@pytest.fixture
async def receiver(server: RunningFake) -> AsyncIterator[Receiver]:
    """Everything that happens is sent there."""
    received = Receiver()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        received.url = f"http://127.0.0.1:{listener.getsockname()[1]}/webhook"
        config = uvicorn.Config(received, lifespan="off", log_config=None)
        config.timeout_graceful_shutdown = 0
        config.load()
        running = uvicorn.Server(config)
        running.lifespan = config.lifespan_class(config)
        await running.startup(sockets=[listener])
        server.send_webhooks(received.url, SECRET)
        yield received
        server.fake.webhooks.send_to(None)
        await running.shutdown(sockets=[listener])


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
