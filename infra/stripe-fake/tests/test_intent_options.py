"""What a shop may say of a payment beside its amount, and where it is found again."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

from ticketing_stripe_fake.testing import RunningFake

Pay: TypeAlias = Callable[..., Awaitable[Any]]


async def test_a_receipt_and_a_statement_are_asked_for(
    client: stripe.StripeClient, pay: Pay
) -> None:
    """The charge names the e-mail address, and what stands on the card's statement."""
    paid = await pay(receipt_email="a@example.com", statement_descriptor_suffix="order 7")

    charge = await client.v1.charges.retrieve_async(str(paid.latest_charge))

    assert (paid.receipt_email, charge.receipt_email) == ("a@example.com", "a@example.com")
    assert charge.statement_descriptor_suffix == "order 7"
    assert charge.calculated_statement_descriptor == "TKT* ORDER 7"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("receipt_email", "nobody"),
        ("statement_descriptor_suffix", "longer than what fits"),
        ("statement_descriptor_suffix", "12345"),
        ("statement_descriptor_suffix", "a*b"),
    ],
)
async def test_what_stripe_refuses_is_refused(pay: Pay, option: str, value: str) -> None:
    """With the parameter's name, before anything is charged."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await pay(**{option: value})

    assert caught.value.param == option


async def test_the_key_decides_over_the_mode(server: RunningFake) -> None:
    """Everything made with a key of live mode says so, its events too."""
    async with httpx.AsyncClient(
        base_url=server.url, headers={"Authorization": "Bearer sk_live_x"}, verify=False
    ) as http:
        form = {
            "amount": "1999",
            "currency": "usd",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            "return_url": "https://ticketing.dev",
            "expand[]": "latest_charge",
        }
        paid = (await http.post("/v1/payment_intents", data=form)).json()
        event = (await http.get("/v1/events")).json()["data"][0]

    assert (paid["livemode"], paid["latest_charge"]["livemode"]) == (True, True)
    assert event["livemode"] is True


async def test_a_test_payment_is_not_live(client: stripe.StripeClient, pay: Pay) -> None:
    """With a key of test mode nothing is, a disputed charge no more than others."""
    paid = await pay()

    assert (await client.v1.charges.retrieve_async(str(paid.latest_charge))).livemode is False
