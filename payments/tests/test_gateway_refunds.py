"""Giving money back: all of it, once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import stripe as stripe_library

from ticketing_common.types import new_id
from ticketing_payments.gateway import (
    Intent,
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


@pytest.fixture
async def dashboard(stripe: RunningFake) -> AsyncIterator[stripe_library.StripeClient]:
    """Somebody at Stripe's dashboard."""
    http = stripe_library.HTTPXClient(timeout=2)
    yield stripe_library.StripeClient(
        "sk_test_dashboard", base_addresses={"api": stripe.url}, http_client=http
    )
    await http.close_async()  # type: ignore[no-untyped-call]


async def _settle(stripe: RunningFake, refund_id: str, status: str) -> None:
    async with httpx.AsyncClient(base_url=stripe.url) as bank:
        answer = await bank.post(f"/_fake/refunds/{refund_id}/settlement", json={"status": status})
    answer.raise_for_status()


async def _only_refund(dashboard: stripe_library.StripeClient, intent: Intent) -> str:
    params: Any = {"payment_intent": intent.id}
    (refund,) = (await dashboard.v1.refunds.list_async(params)).data
    return str(refund.id)


async def test_gives_all_back_once(
    stripe: RunningFake, gateway: StripeGateway, charge: Charge
) -> None:
    """Asked again, under the same or another number, it finds what was given back."""
    intent = await charge()

    ids = {await gateway.refund(intent, ORDER, number) for number in (1, 1, 2)}

    assert len(ids) == 1
    assert (stripe.order(ORDER)["refunds"], stripe.order(ORDER)["refunded"]) == (1, 2000)


@pytest.mark.parametrize("kind", ["lost_response", "error_after"])
async def test_a_refund_whose_reply_was_lost(
    stripe: RunningFake, gateway: StripeGateway, charge: Charge, kind: Any
) -> None:
    """It is found in the list, also where Stripe has forgotten its key."""
    intent = await charge()
    stripe.fault(kind, method="POST", path="/v1/refunds", next=1)
    with pytest.raises(StripeUnavailableError):
        await gateway.refund(intent, ORDER, 1)
    stripe.fake.keys.forget()

    assert (await gateway.refund(intent, ORDER, 1)).startswith("re_")

    assert stripe.order(ORDER)["refunds"] == 1


async def test_a_failure_is_kept_for_its_number(
    stripe: RunningFake, gateway: StripeGateway, charge: Charge
) -> None:
    """Stripe answers the same number with the same failure; the next number goes through."""
    intent = await charge()
    stripe.fault("error_before", method="POST", path="/v1/refunds", next=1)

    for _ in range(2):
        with pytest.raises(StripeFailedError):
            await gateway.refund(intent, ORDER, 1)
    await gateway.refund(intent, ORDER, 2)

    assert stripe.order(ORDER)["refunded"] == 2000


async def test_refunded_at_the_dashboard(
    stripe: RunningFake,
    gateway: StripeGateway,
    charge: Charge,
    dashboard: stripe_library.StripeClient,
) -> None:
    """What a person has given back counts; the rest of a part follows."""
    intent = await charge()
    part: Any = {"payment_intent": intent.id, "amount": 500}
    await dashboard.v1.refunds.create_async(part)

    await gateway.refund(intent, ORDER, 1)

    assert (stripe.order(ORDER)["refunds"], stripe.order(ORDER)["refunded"]) == (2, 2000)


async def test_refunded_in_between(
    stripe: RunningFake,
    gateway: StripeGateway,
    charge: Charge,
    dashboard: stripe_library.StripeClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stripe's "already refunded" is a success: another replica may come in after the look."""
    intent = await charge()
    listed = gateway._refunds_of

    async def overtaken(intent: Intent) -> Any:
        refunds = await listed(intent)
        if not refunds:
            params: Any = {"payment_intent": intent.id}
            await dashboard.v1.refunds.create_async(params)
        return refunds

    monkeypatch.setattr(gateway, "_refunds_of", overtaken)

    assert (await gateway.refund(intent, ORDER, 1)).startswith("re_")
    assert stripe.order(ORDER)["refunds"] == 1


async def test_a_refund_under_way(
    stripe: RunningFake,
    gateway: StripeGateway,
    charge: Charge,
    dashboard: stripe_library.StripeClient,
) -> None:
    """A pending refund is not done before its bank has done it, nor is another begun."""
    intent = await charge("tok_pendingRefund")
    for _ in range(2):
        with pytest.raises(StripeUnavailableError):
            await gateway.refund(intent, ORDER, 1)
    refund_id = await _only_refund(dashboard, intent)

    await _settle(stripe, refund_id, "succeeded")

    assert await gateway.refund(intent, ORDER, 1) == refund_id


async def test_a_refund_that_failed(
    stripe: RunningFake,
    gateway: StripeGateway,
    charge: Charge,
    dashboard: stripe_library.StripeClient,
) -> None:
    """A refund that came back from the bank is made again, under a key of its own."""
    intent = await charge("tok_pendingRefund")
    with pytest.raises(StripeUnavailableError):
        await gateway.refund(intent, ORDER, 1)
    failed = await _only_refund(dashboard, intent)
    await _settle(stripe, failed, "failed")

    with pytest.raises(StripeUnavailableError):
        await gateway.refund(intent, ORDER, 1)

    assert (stripe.order(ORDER)["refunds"], stripe.order(ORDER)["refunded"]) == (1, 2000)
