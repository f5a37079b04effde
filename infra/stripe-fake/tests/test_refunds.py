"""Refunds: never more than was captured, and what the bank makes of them later."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

Pay: TypeAlias = Callable[..., Awaitable[Any]]


async def test_a_charge_is_refunded_once(client: stripe.StripeClient, pay: Pay) -> None:
    """A second full refund is charge_already_refunded, whatever its idempotency key."""
    paid = await pay()
    await client.v1.refunds.create_async({"payment_intent": paid.id})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.refunds.create_async({"payment_intent": paid.id})

    assert caught.value.code == "charge_already_refunded"
    charge = await client.v1.charges.retrieve_async(str(paid.latest_charge))
    assert (charge.refunded, charge.amount_refunded) == (True, 1999)


async def test_parts_add_up_to_the_charge_at_most(client: stripe.StripeClient, pay: Pay) -> None:
    """Partial refunds stop at what is left."""
    paid = await pay()
    await client.v1.refunds.create_async({"payment_intent": paid.id, "amount": 1500})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.refunds.create_async({"payment_intent": paid.id, "amount": 500})
    rest = await client.v1.refunds.create_async({"charge": str(paid.latest_charge)})

    assert caught.value.user_message == (
        "Refund amount ($5.00) is greater than unrefunded amount on charge ($4.99)"
    )
    assert caught.value.param == "amount"
    assert rest.amount == 499


async def test_nothing_captured_is_nothing_to_refund(
    client: stripe.StripeClient, http: httpx.AsyncClient
) -> None:
    """An intent never paid, and one whose charge failed, are refused alike."""
    intent = await client.v1.payment_intents.create_async({"amount": 1999, "currency": "usd"})
    declined = {
        "payment_method_data[type]": "card",
        "payment_method_data[card][token]": "tok_chargeDeclined",
        "return_url": "https://ticketing.dev",
    }

    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
            await client.v1.refunds.create_async({"payment_intent": intent.id})
        await http.post(f"/v1/payment_intents/{intent.id}/confirm", data=declined)


async def test_a_refund_names_what_it_refunds(http: httpx.AsyncClient) -> None:
    """Without intent or charge there is nothing to look for."""
    reply = await http.post("/v1/refunds", data={"amount": "100"})

    assert reply.status_code == 400
    assert reply.json()["error"]["message"] == (
        "One of the following params should be provided for this request: payment_intent or charge."
    )


async def test_a_refund_may_fail_later(
    client: stripe.StripeClient, pay: Pay, http: httpx.AsyncClient
) -> None:
    """The bank sends the money back: the refund is failed and the charge refundable again."""
    paid = await pay("tok_refundFail", metadata={"order": "o1"})
    refund = await client.v1.refunds.create_async({"payment_intent": paid.id})

    settled = await http.post(f"/_fake/refunds/{refund.id}/settlement", json={"status": "failed"})

    assert (refund.status, settled.json()["status"]) == ("succeeded", "failed")
    assert settled.json()["failure_reason"] == "expired_or_canceled_card"
    order = (await http.get("/_fake/ledger")).json()["orders"]["o1"]
    assert (order["charged"], order["refunded"]) == (1999, 0)
    again = await client.v1.refunds.create_async({"payment_intent": paid.id})
    assert again.amount == 1999


async def test_a_pending_refund_settles_when_told(
    client: stripe.StripeClient, pay: Pay, http: httpx.AsyncClient
) -> None:
    """Until then it is pending, and holds its amount."""
    paid = await pay("tok_pendingRefund")
    refund = await client.v1.refunds.create_async({"payment_intent": paid.id})

    with pytest.raises(stripe.InvalidRequestError, match="already been refunded"):
        await client.v1.refunds.create_async({"payment_intent": paid.id})
    await http.post(f"/_fake/refunds/{refund.id}/settlement", json={"status": "succeeded"})

    assert refund.status == "pending"
    assert (await client.v1.refunds.retrieve_async(refund.id)).status == "succeeded"
    unsettled = await http.post(
        f"/_fake/refunds/{refund.id}/settlement", json={"status": "pending"}
    )
    assert unsettled.status_code == 400
