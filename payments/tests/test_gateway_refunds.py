"""Making refunds, and reading them back."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ticketing_common.types import new_id
from ticketing_payments.gateway import (
    Intent,
    RefusedError,
    StripeFailedError,
    StripeGateway,
    StripeUnavailableError,
)
from ticketing_stripe_fake.testing import RunningFake

Charge = Callable[..., Awaitable[Intent]]
ORDER = new_id()


@pytest.fixture
def charge(gateway: StripeGateway) -> Charge:
    async def charge(token: str = "tok_visa") -> Intent:
        intent = await gateway.create(ORDER, 1, 2000)
        return await gateway.confirm(intent.id, token, ORDER, 1)

    return charge


async def test_gives_all_back_once(
    stripe: RunningFake, gateway: StripeGateway, charge: Charge
) -> None:
    """Asked again under the same number, Stripe repeats its answer; under another, it refuses."""
    intent = await charge()

    made = {await gateway.refund(intent.id, ORDER, 1) for _ in range(2)}
    with pytest.raises(RefusedError) as refused:
        await gateway.refund(intent.id, ORDER, 2)

    assert refused.value.code == "charge_already_refunded"
    assert await gateway.refunds_of(intent.id) == list(made)
    assert (stripe.order(ORDER)["refunds"], stripe.order(ORDER)["refunded"]) == (1, 2000)


@pytest.mark.parametrize("kind", ["lost_response", "error_after"])
async def test_a_refund_whose_reply_was_lost(
    stripe: RunningFake, gateway: StripeGateway, charge: Charge, kind: Any
) -> None:
    """It is found in the list, also where Stripe has forgotten its key."""
    intent = await charge()
    stripe.fault(kind, method="POST", path="/v1/refunds", next=1)
    with pytest.raises(StripeUnavailableError):
        await gateway.refund(intent.id, ORDER, 1)
    stripe.fake.keys.forget()

    (refund,) = await gateway.refunds_of(intent.id)

    assert (refund.status, refund.amount) == ("succeeded", 2000)


async def test_a_failure_is_kept_for_its_number(
    stripe: RunningFake, gateway: StripeGateway, charge: Charge
) -> None:
    """Stripe answers the same number with the same failure; the next number goes through."""
    intent = await charge()
    stripe.fault("error_before", method="POST", path="/v1/refunds", next=1)

    for _ in range(2):
        with pytest.raises(StripeFailedError):
            await gateway.refund(intent.id, ORDER, 1)
    await gateway.refund(intent.id, ORDER, 2)

    assert stripe.order(ORDER)["refunded"] == 2000


async def test_more_refunds_than_are_read(
    gateway: StripeGateway, charge: Charge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sum over a part of them would be wrong: nothing is known then."""
    monkeypatch.setattr("ticketing_payments.gateway.gateway.MOST", 1)
    intent = await charge()
    await gateway._post("/v1/refunds", {"payment_intent": intent.id, "amount": 500}, key="part")
    await gateway.refund(intent.id, ORDER, 1)

    with pytest.raises(StripeUnavailableError):
        await gateway.refunds_of(intent.id)
