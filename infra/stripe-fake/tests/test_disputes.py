"""Disputes: a bank takes the money back, and what that means for refunds."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

from ticketing_stripe_fake.testing import ManualClock, RunningFake

Pay: TypeAlias = Callable[..., Awaitable[Any]]


@pytest.fixture
def disputed(
    pay: Pay, client: stripe.StripeClient, server: RunningFake, clock: ManualClock
) -> Callable[..., Awaitable[stripe.Dispute]]:
    """Pays with a card whose holder disputes it, and waits for that."""

    async def disputed(token: str = "tok_createDispute") -> stripe.Dispute:
        paid = await pay(token)
        clock.time += 6
        server.fake.later.run_due()
        found = await client.v1.disputes.list_async({"payment_intent": paid.id})
        return found.data[0]

    return disputed


async def test_a_card_s_holder_disputes_the_charge(
    disputed: Callable[..., Awaitable[stripe.Dispute]], client: stripe.StripeClient
) -> None:
    """After a while the charge is disputed, and the amount and a fee are gone from the balance."""
    dispute = await disputed()

    charge = await client.v1.charges.retrieve_async(str(dispute.charge))
    assert (dispute.status, dispute.reason, dispute.amount) == (
        "needs_response",
        "fraudulent",
        1999,
    )
    assert (charge.disputed, charge.refunded, charge.amount_refunded) == (True, False, 0)
    moved = [(each.amount, each.fee, each.net) for each in dispute.balance_transactions]
    assert moved == [(-1999, 1500, -3499)]
    again = await client.v1.disputes.retrieve_async(dispute.id, {"expand": ["charge"]})
    assert isinstance(again.charge, stripe.Charge)


async def test_a_disputed_charge_can_not_be_refunded(
    disputed: Callable[..., Awaitable[stripe.Dispute]],
    client: stripe.StripeClient,
    http: httpx.AsyncClient,
) -> None:
    """Not while it is open, and not once it was lost: the bank decides over the money."""
    dispute = await disputed()

    for status in (None, "under_review", "lost"):
        if status:
            path = f"/_fake/disputes/{dispute.id}/status"
            assert (await http.post(path, json={"status": status})).status_code == 200
        with pytest.raises(stripe.InvalidRequestError) as caught:
            await client.v1.refunds.create_async({"charge": str(dispute.charge)})
        assert caught.value.code == "charge_disputed"
        assert caught.value.user_message == (
            f"Charge {dispute.charge} has been charged back; cannot issue a refund."
        )


async def test_a_charge_whose_dispute_was_won_can_be_refunded(
    disputed: Callable[..., Awaitable[stripe.Dispute]],
    client: stripe.StripeClient,
    http: httpx.AsyncClient,
) -> None:
    """The money is back with the shop, which may give it away again."""
    dispute = await disputed()
    await http.post(f"/_fake/disputes/{dispute.id}/status", json={"status": "won"})

    refund = await client.v1.refunds.create_async({"charge": str(dispute.charge)})

    assert refund.status == "succeeded"
    assert (await client.v1.disputes.retrieve_async(dispute.id)).is_charge_refundable


async def test_an_inquiry_takes_no_money_and_may_be_refunded(
    disputed: Callable[..., Awaitable[stripe.Dispute]],
    client: stripe.StripeClient,
) -> None:
    """The bank only asks; a refund is the best answer."""
    dispute = await disputed("tok_createDisputeInquiry")

    refund = await client.v1.refunds.create_async({"charge": str(dispute.charge)})

    assert dispute.status == "warning_needs_response"
    assert (dispute.is_charge_refundable, list(dispute.balance_transactions)) == (True, [])
    assert refund.status == "succeeded"


@pytest.mark.parametrize(
    ("token", "way", "net"),
    [
        ("tok_createDispute", ["under_review", "won"], -1500),
        ("tok_createDispute", ["lost"], -3499),
        ("tok_createDisputeInquiry", ["warning_under_review", "warning_closed"], 0),
        ("tok_createDisputeInquiry", ["needs_response", "under_review", "lost"], -3499),
    ],
)
async def test_a_dispute_ends_one_way_or_another(
    disputed: Callable[..., Awaitable[stripe.Dispute]],
    client: stripe.StripeClient,
    http: httpx.AsyncClient,
    token: str,
    way: list[str],
    net: int,
) -> None:
    """Each step is told to the control API; what it left of the balance is in the dispute."""
    dispute = await disputed(token)

    for status in way:
        await http.post(f"/_fake/disputes/{dispute.id}/status", json={"status": status})

    ended = await client.v1.disputes.retrieve_async(dispute.id)
    assert ended.status == way[-1]
    assert sum(each.net for each in ended.balance_transactions) == net
    back = await http.post(f"/_fake/disputes/{dispute.id}/status", json={"status": way[0]})
    assert back.status_code == 400


async def test_a_shop_may_accept_a_dispute(
    disputed: Callable[..., Awaitable[stripe.Dispute]], client: stripe.StripeClient
) -> None:
    """Closing it by the API loses it, once."""
    dispute = await disputed("tok_createDisputeProductNotReceived")

    closed = await client.v1.disputes.close_async(dispute.id)

    assert (closed.status, closed.reason) == ("lost", "product_not_received")
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.disputes.close_async(dispute.id)


async def test_any_charge_can_be_disputed(http: httpx.AsyncClient, pay: Pay) -> None:
    """By the control API, once, and only what was charged and not refunded."""
    paid, refunded = await pay(), await pay()
    await http.post("/v1/refunds", data={"payment_intent": refunded.id})

    async def dispute(**asked: Any) -> int:
        return (await http.post("/_fake/disputes", json=asked)).status_code

    assert await dispute(payment_intent=paid.id) == 200
    assert await dispute(charge=paid.latest_charge) == 400
    assert await dispute(payment_intent=refunded.id) == 400
    assert await dispute(payment_intent="pi_x") == 404
    assert (await http.post("/_fake/disputes/du_x/status", json={})).status_code == 404
