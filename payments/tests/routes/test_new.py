"""POST /api/payments"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from payments.tests.routes.conftest import says
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import Store
from ticketing_payments.errors import NothingChargedError
from ticketing_payments.models.order import Order
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]
CONFIRM = "/v1/payment_intents/*/confirm"
Pay = Callable[..., Awaitable[httpx.Response]]


async def test_pays(pay: Pay, orders: Store[Order], stripe: RunningFake, place: Act) -> None:
    """Defect 9 of the base: 19.99 was sent as 1998.9999999999998. The answer is the payment's id,
    and payment:created waits with it."""
    order = await place(price=19.99)

    response = await pay(order)

    paid = await orders.get(order.id)
    assert (response.status_code, response.json()) == (201, {"id": paid.payment.payment_id})
    assert stripe.order(order.id)["charged"] == 1999
    (waiting,) = await orders.outbox.pending(10)
    assert [message.subject for message in waiting.messages] == ["payment:created"]


async def test_a_cancelled_order(pay: Pay, place: Act, cancel: Act, stripe: RunningFake) -> None:
    """Defect 5 of the base: a payment of a cancelled order completed it."""
    order = await cancel(await place())

    says(await pay(order), 400, "Cannot pay for a cancelled order")

    assert stripe.order(order.id)["intents"] == {}


@pytest.mark.parametrize("told", ["by us", "by orders"])
async def test_a_paid_order(pay: Pay, place: Act, stripe: RunningFake, told: str) -> None:
    """Defect 7 of the base: a second payment charged again."""
    if told == "by us":
        order = await place()
        await pay(order)
    else:
        order = await place(status=OrderStatus.COMPLETE)
    before = stripe.order(order.id)["charges"]

    says(await pay(order), 400, "Order is already paid")

    assert stripe.order(order.id)["charges"] == before


@pytest.mark.parametrize("expires_in", [-60, 19])
async def test_an_order_near_its_end(
    pay: Pay, place: Act, stripe: RunningFake, expires_in: float
) -> None:
    """A payment whose outcome might not be known before the order expires is not begun."""
    order = await place(expires_in)

    says(await pay(order), 400, "Order has expired")

    assert stripe.order(order.id)["intents"] == {}


async def test_twice_at_the_same_moment(pay: Pay, place: Act, stripe: RunningFake) -> None:
    """Defect 7 of the base again: of payments at the same moment one charges, and the others are
    told so."""
    order = await place()

    responses = await asyncio.gather(*(pay(order) for _ in range(5)))

    statuses = sorted(response.status_code for response in responses)
    assert statuses == [201, 400, 400, 400, 400]
    refused = {
        response.json()["errors"][0]["message"]
        for response in responses
        if response.status_code == 400
    }
    assert refused <= {"A payment is already in progress", "Order is already paid"}
    assert stripe.order(order.id)["charges"] == 1


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("tok_chargeDeclined", "Your card was declined."),
        ("tok_chargeDeclinedExpiredCard", "Your card has expired."),
        ("tok_nonsense", "The card could not be charged, please try another one"),
    ],
)
async def test_a_bad_card(
    pay: Pay, place: Act, stripe: RunningFake, token: str, message: str
) -> None:
    """The buyer reads Stripe's words for a decline, none of its internals otherwise, and may try
    another card."""
    order = await place()

    says(await pay(order, token), 400, message)

    assert (await pay(order)).status_code == 201
    assert len(stripe.order(order.id)["intents"]) == 1


async def test_an_unknown_outcome(pay: Pay, place: Act, recover: Act, stripe: RunningFake) -> None:
    """Defect 8 of the base: while it is not known whether the card was charged, the buyer is kept
    from paying again; once it is, they are told."""
    order = await place()
    stripe.fault("lost_response", path=CONFIRM, next=1)

    response = await pay(order)

    says(response, 503, "Your payment is being confirmed, do not pay again")
    assert response.headers["Retry-After"]
    says(await pay(order), 400, "A payment is already in progress")
    await recover(order)
    says(await pay(order), 400, "Order is already paid")
    assert stripe.order(order.id)["charges"] == 1


async def test_stripe_rejects_our_key(pay: Pay, place: Act, stripe: RunningFake) -> None:
    """Our own mistake is not blamed on the card, nor shown."""
    stripe.fault("unavailable", status=401)
    order = await place()

    for _ in range(2):
        response = await pay(order)
        says(response, 503, NothingChargedError.message)
        assert response.headers["Retry-After"]


@pytest.mark.parametrize(("token", "status"), [("tok_visa", 400), ("pm_card_visa", 503)])
async def test_a_live_key_takes_payment_methods_only(
    api: Any, pay: Pay, place: Act, token: str, status: int
) -> None:
    """Card tokens are the base system's way, and for play money."""
    api._transport.app.state.cashier.gateway.live = True

    answer = await pay(await place(), token)

    assert answer.status_code == status
    if token == "tok_visa":
        errors = [{"message": "Token must be a payment method", "field": "token"}]
        assert answer.json() == {"errors": errors}
