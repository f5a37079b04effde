"""Events: every change has its name, keeps the object as it was, and can be listed."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

from ticketing_stripe_fake.delays import Delays
from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.objects import Event
from ticketing_stripe_fake.testing import ManualClock, RunningFake

Pay: TypeAlias = Callable[..., Awaitable[Any]]
USD: Any = {"amount": 1999, "currency": "usd"}


async def told(client: stripe.StripeClient) -> list[str]:
    """The types of all events, in no order: Stripe promises none."""
    found = await client.v1.events.list_async({"limit": 100})
    return sorted(event.type for event in found.data)


async def test_a_payment_is_told(client: stripe.StripeClient, pay: Pay) -> None:
    """An intent made and paid, and one made and canceled."""
    await pay()
    intent = await client.v1.payment_intents.create_async(USD)
    await client.v1.payment_intents.cancel_async(intent.id)

    assert await told(client) == [
        "charge.succeeded",
        "payment_intent.canceled",
        "payment_intent.created",
        "payment_intent.created",
        "payment_intent.succeeded",
    ]


async def test_a_decline_is_told(client: stripe.StripeClient, pay: Pay) -> None:
    """As a failed charge, and a failed intent."""
    with pytest.raises(stripe.CardError):
        await pay("tok_chargeDeclined")

    assert await told(client) == [
        "charge.failed",
        "payment_intent.created",
        "payment_intent.payment_failed",
    ]


async def test_an_authentication_is_told(
    client: stripe.StripeClient, pay: Pay, server: RunningFake
) -> None:
    """When the bank is asked, and when it has said no."""
    waiting = await pay("tok_threeDSecureRequired")
    asked = await told(client)
    server.authenticate(waiting.id, "failed")

    assert asked == ["payment_intent.created", "payment_intent.requires_action"]
    assert set(await told(client)) - set(asked) == {
        "charge.failed",
        "payment_intent.payment_failed",
    }


async def test_a_slow_network_is_told(
    client: stripe.StripeClient, pay: Pay, server: RunningFake, clock: ManualClock
) -> None:
    """First that it is processing, then that it succeeded."""
    server.fake.ledger.delays = Delays(processing=5)
    await pay()
    clock.time += 6
    server.fake.later.run_due()

    assert await told(client) == [
        "charge.succeeded",
        "payment_intent.created",
        "payment_intent.processing",
        "payment_intent.succeeded",
    ]


async def test_a_refund_that_fails_is_told(
    client: stripe.StripeClient, pay: Pay, server: RunningFake, clock: ManualClock
) -> None:
    """As what it became, and from what; no request caused it."""
    paid = await pay("tok_refundFail")
    await client.v1.refunds.create_async({"payment_intent": paid.id})
    before = await told(client)
    clock.time += 31
    server.fake.later.run_due()

    after = await told(client)
    for name in before:
        after.remove(name)
    assert {"charge.refunded", "refund.created"} <= set(before)
    assert after == ["charge.refund.updated", "refund.failed", "refund.updated"]
    updated = (await client.v1.events.list_async({"type": "refund.updated"})).data[0]
    assert updated.data.object["status"] == "failed"
    assert updated.data.previous_attributes is not None
    assert updated.data.previous_attributes.to_dict() == {
        "status": "succeeded",
        "failure_reason": None,
        "failure_balance_transaction": None,
    }
    assert updated.request is not None
    assert updated.request.id is None


async def test_a_dispute_is_told(
    client: stripe.StripeClient, pay: Pay, http: httpx.AsyncClient
) -> None:
    """That it was opened, goes on and ends, and what that did to the balance."""
    paid = await pay()
    opened = (await http.post("/_fake/disputes", json={"payment_intent": paid.id})).json()
    for status in ("under_review", "won"):
        await http.post(f"/_fake/disputes/{opened['id']}/status", json={"status": status})

    assert [name for name in await told(client) if "dispute" in name] == [
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
    ]
    created = await client.v1.events.list_async({"types": ["charge.dispute.created"]})
    assert created.data[0].data.object["status"] == "needs_response"  # as it was then


async def test_events_are_listed_by_page(client: stripe.StripeClient, pay: Pay) -> None:
    """Newest first, by cursor, by type with a wildcard; each can be retrieved."""
    for _ in range(3):
        await pay()

    first = await client.v1.events.list_async({"limit": 4})
    rest = await client.v1.events.list_async({"limit": 10, "starting_after": first.data[-1].id})
    intents = await client.v1.events.list_async({"type": "payment_intent.*"})

    assert (first.has_more, rest.has_more) == (True, False)
    assert len({event.id for event in [*first.data, *rest.data]}) == 9
    assert len(intents.data) == 6
    again = await client.v1.events.retrieve_async(first.data[0].id)
    assert again.to_dict() == first.data[0].to_dict()


async def test_a_refused_request_is_no_event(client: stripe.StripeClient, pay: Pay) -> None:
    """What changed nothing is not told."""
    paid = await pay()
    before = await told(client)
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError):
            await client.v1.payment_intents.confirm_async(paid.id)

    assert await told(client) == before


def test_old_events_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest are kept, in memory and on disk; the others are forgotten."""
    monkeypatch.setattr("ticketing_stripe_fake.ledger.EVENTS", 5)
    fake = Fake()
    dropped: list[str] = []
    monkeypatch.setattr(fake.storage, "drop", dropped.extend)
    events = fake.ledger.table(Event)
    made = [Event(f"evt_{n}", 1, "charge.succeeded", "Charge", None) for n in "1234567"]

    fake.ledger.write(list(made))

    assert [event.id for event in events.newest_first()] == [f"evt_{n}" for n in "76543"]
    assert dropped == ["evt_1", "evt_2"]
