"""The service as it is wired: events in, money, events out."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import nats
from nats.aio.client import Client

from ticketing_common.events.catalogue import (
    OrderCancelled,
    OrderCreated,
    OrderStatus,
    PaymentCreated,
    ReservedTicket,
)
from ticketing_common.events.event import Event
from ticketing_common.testing.in_memory import in_memory_database
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id, now
from ticketing_payments.app import create_app
from ticketing_payments.config import Settings
from ticketing_stripe_fake.testing import RunningFake

PATIENCE = 60.0  # seconds


async def test_from_an_order_to_its_refund(
    settings: Settings, nats_url: str, stripe: RunningFake, sign_in: SignIn
) -> None:
    """An order heard of is charged and told as paid; when it is cancelled, the service's own
    recovery pays it back."""
    app = create_app(settings.model_copy(update={"NATS_URL": nats_url}), in_memory_database())
    order = OrderCreated(
        id=new_id(),
        version=0,
        status=OrderStatus.CREATED,
        user_id=new_id(),
        expires_at=now() + timedelta(minutes=15),
        ticket=ReservedTicket(id=new_id(), price=19.99, reservation=1),
    )
    cancelled = OrderCancelled(
        **{**order.model_dump(), "version": 1, "status": OrderStatus.CANCELLED}
    )
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://ticketing.dev",
        headers=sign_in(order.user_id),
    )

    async def payment() -> str | None:
        response = await client.get(f"/api/payments/{order.id}")
        status: str | None = response.json().get("status")
        return status

    async with app.router.lifespan_context(app), client, await nats.connect(nats_url) as broker:
        await _until(lambda: _ready(client))
        told = await broker.jetstream().subscribe(PaymentCreated.subject, ordered_consumer=True)
        await _tell(broker, order)
        await _until(lambda: _is(payment, "none"))

        response = await client.post(
            "/api/payments", json={"token": "tok_visa", "orderId": order.id}
        )

        assert response.status_code == 201
        news = PaymentCreated.model_validate_json((await told.next_msg(timeout=PATIENCE)).data)
        assert (news.id, news.order_id) == (response.json()["id"], order.id)
        await _tell(broker, cancelled)
        await _until(lambda: _is(payment, "refunded"))
    made = stripe.order(order.id)
    assert (made["charges"], made["charged"], made["refunded"]) == (1, 1999, 1999)


async def _tell(broker: Client, event: Event) -> None:
    data = event.model_dump_json(by_alias=True).encode()
    await broker.jetstream().publish(str(event.subject), data)


async def _ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def _is(current: Callable[[], Awaitable[str | None]], wanted: str) -> bool:
    return await current() == wanted


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            await asyncio.sleep(0.02)
