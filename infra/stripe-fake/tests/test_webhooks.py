"""Webhooks: signed as Stripe signs, until they are taken, in whatever way they get lost."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.signature import FORGERIES
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
