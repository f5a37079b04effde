"""Who calls the routes: an order's owner, and Stripe."""

import time
from collections.abc import Awaitable, Callable

import httpx
import orjson
import pytest
import stripe as stripe_library

from payments.tests.routes.webhooks import NEW, OLD, PATH, event_of
from ticketing_common.testing.sessions import SignIn
from ticketing_payments.config import Settings
from ticketing_payments.models.order import Order

Pay = Callable[..., Awaitable[httpx.Response]]
Notify = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"STRIPE_WEBHOOK_SECRET": (OLD, NEW)})


@pytest.fixture
def pay(api: httpx.AsyncClient, sign_in: SignIn) -> Pay:
    """`await pay(order)`: its owner pays, with a card that works where no token is given."""

    async def pay(order: Order, token: str = "tok_visa") -> httpx.Response:
        body = {"token": token, "orderId": order.id}
        return await api.post("/api/payments", json=body, headers=sign_in(order.user_id))

    return pay


@pytest.fixture
def notify(api: httpx.AsyncClient) -> Notify:
    """`await notify("refund.failed", order)`: Stripe's word of it, without a session or origin."""

    async def notify(
        kind: str, order: Order, secret: str = NEW, age: float = 0, body: bytes | None = None
    ) -> httpx.Response:
        body = body or orjson.dumps(event_of(kind, order))
        signed = stripe_library.WebhookSignature.generate_signature_header(
            body.decode(), secret, int(time.time() - age)
        )
        headers = {"stripe-signature": signed, "content-type": "application/json; charset=utf-8"}
        return await api.post(PATH, content=body, headers=headers)

    return notify


def says(response: httpx.Response, status: int, message: str) -> None:
    assert response.status_code == status
    assert response.json() == {"errors": [{"message": message}]}
