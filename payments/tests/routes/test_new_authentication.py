"""POST /api/payments, where the buyer's bank wants to hear from the buyer."""

from collections.abc import Awaitable, Callable

import httpx

from ticketing_common.store import Store
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]
Pay = Callable[..., Awaitable[httpx.Response]]

THREE_D_SECURE = "tok_threeDSecure2Required"


async def test_the_bank_asks_the_buyer(
    pay: Pay, orders: Store[Order], place: Act, stripe: RunningFake
) -> None:
    """3-D Secure: the page gets what it needs to ask; the same request afterwards finds it done."""
    order = await place()

    response = await pay(order, THREE_D_SECURE)

    assert response.status_code == 400
    intent_id = (await orders.get(order.id)).payment.intent_id or ""
    assert response.json()["errors"] == [{"message": "Your bank asks you to confirm this payment"}]
    assert response.json()["clientSecret"].startswith(f"{intent_id}_secret_")
    assert (await pay(order, THREE_D_SECURE)).json() == response.json()
    stripe.authenticate(intent_id)
    again = await pay(order, THREE_D_SECURE)
    assert again.status_code == 201
    assert stripe.order(order.id)["charges"] == 1


async def test_a_bad_token_during_authentication(
    pay: Pay, orders: Store[Order], place: Act, recover: Act, stripe: RunningFake
) -> None:
    """The authentication goes on: what the buyer finishes there is still a payment."""
    order = await place()
    asked = await pay(order, THREE_D_SECURE)

    assert (await pay(order, "tok_nonsense")).json() == asked.json()

    stripe.authenticate((await orders.get(order.id)).payment.intent_id or "")
    assert (await recover(order)).payment.status == PaymentStatus.CHARGED
