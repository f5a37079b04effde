"""Refunds that a person makes in the dashboard, where no shop's code is asked."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

Pay: TypeAlias = Callable[..., Awaitable[Any]]


@pytest.mark.parametrize(("amount", "left"), [(None, 0), (500, 1499)])
async def test_a_refund_is_made_elsewhere(
    http: httpx.AsyncClient,
    client: stripe.StripeClient,
    pay: Pay,
    amount: int | None,
    left: int,
) -> None:
    """All of a charge or a part; the shop finds it in its lists, without metadata of its own."""
    paid = await pay()
    asked = {"payment_intent": paid.id} | ({"amount": amount} if amount else {})

    made = (await http.post("/_fake/refunds", json=asked)).json()

    found = (await client.v1.refunds.list_async({"payment_intent": paid.id})).data
    charge = await client.v1.charges.retrieve_async(str(paid.latest_charge))
    assert [refund.id for refund in found] == [made["id"]]
    assert (made["metadata"], found[0].amount) == ({}, 1999 - left)
    assert (charge.refunded, charge.amount_refunded) == (left == 0, 1999 - left)


async def test_the_dashboard_is_bound_by_stripe_s_rules(http: httpx.AsyncClient, pay: Pay) -> None:
    """Never more than the charge, and the reason why not is Stripe's."""
    paid = await pay()
    await http.post("/_fake/refunds", json={"charge": paid.latest_charge})

    again = await http.post("/_fake/refunds", json={"charge": paid.latest_charge})

    assert again.status_code == 400
    assert again.json()["error"]["code"] == "charge_already_refunded"
    assert (await http.post("/_fake/refunds", json={"tea": 1})).status_code == 400
