"""What happens by itself: refunds fail or arrive, and slow networks make up their minds."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

from ticketing_stripe_fake.delays import Delays
from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.testing import ManualClock, RunningFake, stripe_fake

Pay: TypeAlias = Callable[..., Awaitable[Any]]


async def test_a_refund_fails_by_itself(
    client: stripe.StripeClient, pay: Pay, server: RunningFake, clock: ManualClock
) -> None:
    """It succeeds at first; half a minute later it has failed, and the charge is unrefunded."""
    paid = await pay("tok_refundFail")
    refund = await client.v1.refunds.create_async({"payment_intent": paid.id})
    clock.time += 29
    server.fake.later.run_due()
    before = await client.v1.refunds.retrieve_async(refund.id)

    clock.time += 2
    server.fake.later.run_due()

    failed = await client.v1.refunds.retrieve_async(refund.id)
    charge = await client.v1.charges.retrieve_async(str(paid.latest_charge))
    assert (before.status, failed.status) == ("succeeded", "failed")
    assert failed.failure_reason == "expired_or_canceled_card"
    assert str(failed.failure_balance_transaction).startswith("txn_")
    assert (charge.refunded, charge.amount_refunded) == (False, 0)
    again = await client.v1.refunds.create_async({"payment_intent": paid.id})
    assert again.status == "succeeded"


async def test_a_pending_refund_arrives_by_itself(
    client: stripe.StripeClient, pay: Pay, server: RunningFake, clock: ManualClock
) -> None:
    """Some time later it has succeeded, as Stripe's does."""
    paid = await pay("tok_pendingRefund")
    refund = await client.v1.refunds.create_async({"payment_intent": paid.id})

    clock.time += 31
    server.fake.later.run_due()

    assert refund.status == "pending"
    assert (await client.v1.refunds.retrieve_async(refund.id)).status == "succeeded"


async def test_fields_are_left_out_until_they_are_set(http: httpx.AsyncClient, pay: Pay) -> None:
    """Stripe has no nulls for a refund's reasons and its reference: the fields are missing."""
    paid = await pay()
    refund = (await http.post("/v1/refunds", data={"payment_intent": paid.id})).json()

    later = {"failure_reason", "failure_balance_transaction", "pending_reason"}
    assert not later & set(refund)
    assert "reference" not in refund["destination_details"]["card"]


async def test_nothing_planned_is_lost_in_a_restart(tmp_path: Path, clock: ManualClock) -> None:
    """Refunds that were to fail do so in the next process."""
    data, delays = tmp_path / "stripe.sqlite", Delays(refund=30, dispute=30)
    headers = {"Authorization": "Bearer sk_test_fake"}
    form = {
        "amount": "1999",
        "currency": "usd",
        "confirm": "true",
        "payment_method": "pm_card_refundFail",
        "return_url": "https://ticketing.dev",
    }
    first = Fake(data, clock=clock, delays=delays)
    async with stripe_fake(first) as running, httpx.AsyncClient(base_url=running.url) as http:
        paid = (await http.post("/v1/payment_intents", data=form, headers=headers)).json()
        asked = {"payment_intent": paid["id"]}
        refund = (await http.post("/v1/refunds", data=asked, headers=headers)).json()
        form["payment_method"] = "pm_card_createDispute"
        await http.post("/v1/payment_intents", data=form, headers=headers)

    clock.time += 31
    second = Fake(data, clock=clock, delays=delays)
    second.later.run_due()
    async with stripe_fake(second) as running, httpx.AsyncClient(base_url=running.url) as http:
        failed = (await http.get(f"/v1/refunds/{refund['id']}", headers=headers)).json()
        disputes = (await http.get("/v1/disputes", headers=headers)).json()["data"]

    assert failed["status"] == "failed"
    assert [dispute["status"] for dispute in disputes] == ["needs_response"]


async def test_a_card_may_be_processing(
    client: stripe.StripeClient, pay: Pay, server: RunningFake, clock: ManualClock
) -> None:
    """Neither charged nor declined for a while; such an intent can be neither paid nor canceled."""
    server.fake.ledger.delays = Delays(processing=10)
    waiting = await pay()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.payment_intents.cancel_async(waiting.id)

    clock.time += 11
    server.fake.later.run_due()

    assert (waiting.status, waiting.latest_charge) == ("processing", None)
    assert caught.value.code == "payment_intent_unexpected_state"
    paid = await client.v1.payment_intents.retrieve_async(waiting.id)
    assert (paid.status, paid.amount_received) == ("succeeded", 1999)


async def test_the_server_does_it_unasked(server: RunningFake, pay: Pay) -> None:
    """The task beside the requests does what is due, with no one to call it."""
    server.fake.ledger.delays = Delays(dispute=0)
    paid = await pay("tok_createDispute", metadata={"order": "o1"})

    async with asyncio.timeout(60):
        while not server.order("o1")["disputes"]:
            await asyncio.sleep(0.005)

    assert paid.status == "succeeded"


@pytest.mark.parametrize("asked", [{"refund": -1}, {"refund": "soon"}, {"tea": 1}, []])
async def test_delays_that_make_no_sense_are_refused(http: httpx.AsyncClient, asked: Any) -> None:
    """What was set before stays."""
    await http.put("/_fake/delays", json={"refund": 7})

    refused = await http.put("/_fake/delays", json=asked)

    assert refused.status_code == 400
    assert (await http.get("/_fake/delays")).json()["refund"] == 7
