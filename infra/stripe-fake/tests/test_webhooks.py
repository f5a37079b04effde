"""Webhooks: signed as Stripe signs, until they are taken."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.testing import RunningFake, stripe_fake
from ticketing_stripe_fake.webhooks import Endpoint

Pay: TypeAlias = Callable[..., Awaitable[Any]]
PAID = ["charge.succeeded", "payment_intent.created", "payment_intent.succeeded"]


async def test_events_arrive_signed(receiver: Any, pay: Pay) -> None:
    """Stripe's library takes them, and finds in them what happened."""
    paid = await pay(metadata={"order": "o1"})

    events = await receiver.until(3)

    assert sorted(event.type for event in events) == PAID
    told = next(event for event in events if event.type == "payment_intent.succeeded")
    assert told.data.object["id"] == paid.id
    assert told.data.object["metadata"]["order"] == "o1"
    assert told.request is not None
    assert str(told.request.id).startswith("req_")


async def test_only_what_is_wanted_is_sent(
    server: RunningFake, receiver: Any, pay: Pay, client: stripe.StripeClient
) -> None:
    """An endpoint names the types it wants; the others are not pending either."""
    wants = ("payment_intent.succeeded", "charge.dispute.*")
    server.fake.webhooks.send_to(Endpoint(receiver.url, "whsec_fake", events=wants))

    await pay()

    assert [event.type for event in await receiver.until(1)] == ["payment_intent.succeeded"]
    told = (await client.v1.events.list_async()).data
    assert {event.type for event in told if event.pending_webhooks} <= {wants[0]}
    assert len(told) == 3


async def test_another_secret_s_signature_is_refused(receiver: Any, pay: Pay) -> None:
    """The library notices a body or a secret that is another one."""
    await pay()
    await receiver.until(3)
    body, sign = receiver.came[0]

    for wrong, secret in ((body, "whsec_other"), (body + b" ", "whsec_fake")):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(wrong, sign, secret)


async def test_what_is_not_taken_is_sent_again(
    receiver: Any, pay: Pay, client: stripe.StripeClient
) -> None:
    """The same event, until the shop answers with a 2xx; until then it is pending."""
    receiver.status = 500
    await pay()
    await receiver.until(6)
    pending = (await client.v1.events.list_async({"delivery_success": False})).data

    receiver.status = 200
    async with asyncio.timeout(60):
        while (await client.v1.events.list_async({"delivery_success": False})).data:
            await asyncio.sleep(0.01)

    events = await receiver.until(9)
    assert len(pending) == 3
    assert {event.id for event in events} == {event.id for event in pending}


async def test_a_shop_that_is_away_never_blocks_the_api(
    server: RunningFake, pay: Pay, http: httpx.AsyncClient
) -> None:
    """Payments go on; the queue waits."""
    server.send_webhooks("http://127.0.0.1:1/webhook", "whsec_fake", retry_seconds=60)

    for _ in range(3):
        assert (await pay()).status == "succeeded"

    async with asyncio.timeout(60):
        while (await http.get("/_fake/webhooks")).json()["counts"].get("failed", 0) < 9:
            await asyncio.sleep(0.01)
    assert (await http.get("/_fake/webhooks")).json()["waiting"] == 9


async def test_undelivered_events_survive_a_restart(tmp_path: Path, receiver: Any) -> None:
    """A new process sends what the killed one had not delivered."""
    data = tmp_path / "stripe.sqlite"
    form = {
        "amount": "1999",
        "currency": "usd",
        "confirm": "true",
        "payment_method": "pm_card_visa",
        "return_url": "https://ticketing.dev",
    }
    nobody = Endpoint("http://127.0.0.1:1/webhook", "whsec_fake", 60)
    first = Fake(data, webhook=nobody)
    async with stripe_fake(first) as running, httpx.AsyncClient(base_url=running.url) as http:
        headers = {"Authorization": "Bearer sk_test_fake"}
        await http.post("/v1/payment_intents", data=form, headers=headers)

    async with stripe_fake(Fake(data, webhook=Endpoint(receiver.url, "whsec_fake"))):
        events = await receiver.until(3)

    assert sorted(event.type for event in events) == PAID


async def test_an_endpoint_goes_while_it_is_asked(
    server: RunningFake, receiver: Any, pay: Pay, http: httpx.AsyncClient
) -> None:
    """What it was sent last has no retry, and what comes after a new one arrives there."""
    receiver.status = 500
    receiver.hold.clear()
    await pay()
    async with asyncio.timeout(60):
        while len(receiver.came) < 3:
            await asyncio.sleep(0.005)
    await http.delete("/_fake/webhooks")
    receiver.hold.set()
    async with asyncio.timeout(60):
        while server.fake.webhooks.counts["failed"] < 3:
            await asyncio.sleep(0.005)

    receiver.status = 200
    server.send_webhooks(receiver.url, "whsec_fake")

    await receiver.until(6)
    assert server.fake.webhooks.waiting() == 0


@pytest.mark.parametrize(
    "asked",
    [
        {"url": "ftp://shop", "secret": "whsec_x"},
        {"url": "http://shop", "secret": "secret"},
        {"url": "http://shop"},
        {"url": "http://shop", "secret": "whsec_x", "retry_seconds": 0},
    ],
)
async def test_an_endpoint_that_makes_no_sense_is_refused(
    http: httpx.AsyncClient, asked: Any
) -> None:
    """With the reason, and nothing is sent anywhere; the secret is never shown."""
    assert (await http.put("/_fake/webhooks", json=asked)).status_code == 400
    right = {"url": "http://127.0.0.1:1", "secret": "whsec_x"}
    assert "whsec" not in (await http.put("/_fake/webhooks", json=right)).text
    assert (await http.delete("/_fake/webhooks")).json()["url"] is None
