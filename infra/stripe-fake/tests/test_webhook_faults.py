"""Webhooks that get lost, come twice, late or out of order, or are forged."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

from ticketing_stripe_fake.signature import FORGERIES
from ticketing_stripe_fake.testing import RunningFake

Pay: TypeAlias = Callable[..., Awaitable[Any]]


async def test_a_lost_webhook_never_comes(server: RunningFake, receiver: Any, pay: Pay) -> None:
    """Stripe believes that it arrived, so only asking tells of it."""
    server.fault("webhook_lost", event="payment_intent.*")

    await pay()

    assert [event.type for event in await receiver.until(1)] == ["charge.succeeded"]
    assert server.fake.webhooks.counts["lost"] == 2
    assert server.fake.webhooks.waiting() == 0


async def test_a_webhook_comes_twice(server: RunningFake, receiver: Any, pay: Pay) -> None:
    """The same event, with the same id."""
    server.fault("webhook_twice", event="payment_intent.succeeded", next=1)

    await pay()

    events = await receiver.until(4)
    twice = Counter(event.type for event in events)["payment_intent.succeeded"]
    assert (twice, len({event.id for event in events})) == (2, 3)


async def test_a_webhook_comes_late(server: RunningFake, receiver: Any, pay: Pay) -> None:
    """After the others; it says when it happened, and is signed when it is sent."""
    server.fault("webhook_late", event="charge.succeeded", seconds=0.1)

    await pay()

    assert (await receiver.until(3))[-1].type == "charge.succeeded"


async def test_webhooks_come_out_of_order(server: RunningFake, receiver: Any, pay: Pay) -> None:
    """The second payment is told before the first."""
    server.fault("webhook_reordered", next=3, seconds=60)

    first, second = await pay(), await pay()

    told = [event.data.object for event in await receiver.until(6)]
    order = [each["id"] for each in told if each["object"] == "payment_intent"]
    assert order[0] == second.id
    assert Counter(order) == {first.id: 2, second.id: 2}


async def test_forged_webhooks_come_too(
    server: RunningFake, receiver: Any, pay: Pay, http: httpx.AsyncClient
) -> None:
    """Of each kind; the library refuses all of them, and what a shop answered is counted."""
    server.fault("webhook_forged", event="payment_intent.succeeded", next=4)
    receiver.status = 400

    for _ in range(4):
        await pay()
    async with asyncio.timeout(60):
        while sum(server.fake.webhooks.forged.values()) < len(FORGERIES):
            await asyncio.sleep(0.01)

    forged = [(body, sign) for body, sign in receiver.came if b"evt_forged" in body]
    for body, sign in forged:
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body, sign, "whsec_fake")
    answers = (await http.get("/_fake/webhooks")).json()["forged"]
    assert answers == {f"{kind} 400": 1 for kind in FORGERIES}
