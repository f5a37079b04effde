"""Stripe's own Python client, through every call the payments service makes."""

import asyncio
from typing import Any

import pytest
import stripe

from ticketing_stripe_fake.testing import RunningFake

VISA: Any = {"type": "card", "card": {"token": "tok_visa"}}
ORDER: Any = {
    "amount": 1999,
    "currency": "usd",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    "metadata": {"order": "o1"},
}


async def test_an_intent_is_created_confirmed_and_refunded(
    client: stripe.StripeClient, server: RunningFake
) -> None:
    """The whole life of a payment works through the asynchronous client."""
    intents = client.v1.payment_intents
    intent = await intents.create_async(ORDER, {"idempotency_key": "pi/o1/1"})
    assert (intent.status, intent.amount_received) == ("requires_payment_method", 0)

    params: Any = {"payment_method_data": VISA}
    paid = await intents.confirm_async(intent.id, params, {"idempotency_key": "confirm/o1/1"})
    assert (paid.status, paid.amount_received, paid.id) == ("succeeded", 1999, intent.id)

    charge = await client.v1.charges.retrieve_async(str(paid.latest_charge))
    assert (charge.paid, charge.amount_captured, charge.metadata["order"]) == (True, 1999, "o1")

    refund = await client.v1.refunds.create_async(
        {"payment_intent": intent.id}, {"idempotency_key": "refund/o1/1"}
    )
    assert (refund.status, refund.amount, refund.charge) == ("succeeded", 1999, charge.id)
    refunds = await client.v1.refunds.list_async({"payment_intent": intent.id})
    assert [each.id for each in refunds.data] == [refund.id]
    assert server.order("o1") == {
        "intents": {intent.id: "succeeded"},
        "disputes": {},
        "keys": {intent.id: "pi/o1/1"},
        "charges": 1,
        "charged": 1999,
        "declines": 0,
        "refunds": 1,
        "refunded": 1999,
    }


async def test_the_synchronous_client_works_too(server: RunningFake) -> None:
    """The blocking client, which retries twice unless told otherwise, creates and cancels."""
    client = stripe.StripeClient("sk_test_fake", base_addresses={"api": server.url})

    def create_and_cancel() -> tuple[str, str | None]:
        intent = client.v1.payment_intents.create(ORDER)
        canceled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
        return canceled.status, canceled.cancellation_reason

    assert await asyncio.to_thread(create_and_cancel) == ("canceled", "abandoned")


async def test_a_payment_method_stands_in_for_a_token(client: stripe.StripeClient) -> None:
    """`pm_card_visa`, and a payment method made of a token, pay as the token itself does."""
    method = await client.v1.payment_methods.create_async(
        {"type": "card", "card": {"token": "tok_mastercard"}}
    )
    for id in ("pm_card_visa", method.id):
        params: Any = {**ORDER, "payment_method": id}
        intent = await client.v1.payment_intents.create_async(params)
        assert intent.status == "requires_confirmation"

        paid = await client.v1.payment_intents.confirm_async(intent.id)

        assert paid.status == "succeeded"
    again = await client.v1.payment_intents.create_async(ORDER)
    with pytest.raises(stripe.InvalidRequestError, match="previously used"):
        await client.v1.payment_intents.confirm_async(again.id, {"payment_method": method.id})


async def test_a_decline_is_a_card_error(client: stripe.StripeClient) -> None:
    """The library's CardError carries Stripe's message, both codes and the intent."""
    intent = await client.v1.payment_intents.create_async(ORDER)
    params: Any = {
        "payment_method_data": {
            "type": "card",
            "card": {"token": "tok_chargeDeclinedInsufficientFunds"},
        }
    }

    with pytest.raises(stripe.CardError) as caught:
        await client.v1.payment_intents.confirm_async(intent.id, params)

    error: Any = caught.value.error
    assert caught.value.user_message == "Your card has insufficient funds."
    assert (caught.value.http_status, caught.value.code) == (402, "card_declined")
    assert error.decline_code == "insufficient_funds"
    assert error.payment_intent.id == intent.id
    assert error.payment_intent.status == "requires_payment_method"
    assert error.payment_intent.last_payment_error.charge == error.charge


async def test_lists_are_paged_by_the_client(client: stripe.StripeClient) -> None:
    """Auto-paging meets every intent once, newest first."""
    created = [(await client.v1.payment_intents.create_async(ORDER)).id for _ in range(5)]

    page = await client.v1.payment_intents.list_async({"limit": 2})
    met = [intent.id async for intent in page.auto_paging_iter()]

    assert (len(page.data), page.has_more) == (2, True)
    assert met == created[::-1]


async def test_unknown_ids_are_not_found(client: stripe.StripeClient) -> None:
    """Each endpoint names the missing object as Stripe does, with 404."""
    v1 = client.v1
    for call, message in (
        (v1.payment_intents.retrieve_async("pi_x"), "No such payment_intent: 'pi_x'"),
        (v1.payment_intents.confirm_async("pi_x"), "No such payment_intent: 'pi_x'"),
        (v1.charges.retrieve_async("ch_x"), "No such charge: 'ch_x'"),
        (v1.refunds.retrieve_async("re_x"), "No such refund: 're_x'"),
        (v1.refunds.create_async({"charge": "ch_x"}), "No such charge: 'ch_x'"),
    ):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            await call
        assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
        assert caught.value.user_message == message


async def test_related_objects_are_expanded(client: stripe.StripeClient) -> None:
    """An intent can bring its charge along, and the charge its refunds."""
    intent = await client.v1.payment_intents.create_async(ORDER)
    paid = await client.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa", "expand": ["latest_charge"]}
    )
    await client.v1.refunds.create_async({"payment_intent": paid.id, "amount": 500})

    charge: Any = (
        await client.v1.payment_intents.retrieve_async(
            paid.id, {"expand": ["latest_charge.refunds"]}
        )
    ).latest_charge

    assert isinstance(paid.latest_charge, stripe.Charge)
    assert [refund.amount for refund in charge.refunds.data] == [500]
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        await client.v1.payment_intents.retrieve_async(paid.id, {"expand": ["amount"]})
