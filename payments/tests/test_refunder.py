"""What happens to a charge later: refunds that fail, and refunds made elsewhere."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import stripe as stripe_library

from payments.tests.paying import pay
from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment
from ticketing_payments.models.state import State, state_of
from ticketing_payments.returns import MOST_FAILED
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]


async def _bank(stripe: RunningFake, outcome: str) -> None:
    """The last refund's bank says what became of it."""
    async with httpx.AsyncClient(base_url=stripe.url) as bank:
        refunds = (await bank.get("/_fake/ledger")).json()["refunds"]
        last = max(refunds, key=lambda refund: refund["status"] != "failed")["id"]
        path = f"/_fake/refunds/{last}/settlement"
        (await bank.post(path, json={"status": outcome})).raise_for_status()


async def test_a_refund_that_fails_later(
    cashier: Cashier,
    payments: Store[Payment],
    cases: Cases,
    stripe: RunningFake,
    place: Act,
    cancel: Act,
    recover: Act,
) -> None:
    """What the bank sends back is given back again, and until nothing can fail any more nobody is
    told that it is done."""
    order = await recover(await cancel(await pay(cashier, await place(), "tok_visa")))
    assert (order.payment.status, state_of(order)) == (PaymentStatus.REFUNDED, State.REFUNDING)
    await _bank(stripe, "failed")

    order = await recover(order)
    assert (order.payment.status, state_of(order)) == (PaymentStatus.REFUND_DUE, State.REFUND_DUE)
    (row,) = await payments.find({})
    assert (row.refund_id, row.returned) == (None, 0)
    order = await recover(order)

    assert state_of(order) == State.REFUNDING
    made = stripe.order(order.id)
    assert (made["charged"], made["refunded"]) == (2000, 2000)
    (row,) = await payments.find({})
    assert row.returned == 2000
    assert await cases.store.find({}) == []


async def test_a_refund_is_done_when_it_can_fail_no_more(
    cashier: Cashier, orders: Store[Order], place: Act, cancel: Act, recover: Act
) -> None:
    """After thirty days it is certain, and not looked at any more."""
    order = await recover(await cancel(await pay(cashier, await place(), "tok_visa")))
    assert order.payment.watch
    long_ago = order.payment.watch.model_copy(update={"refunded_at": now() - timedelta(days=30)})
    await orders.save(order.with_payment(watch=long_ago))

    order = await recover(order)

    assert state_of(order) == State.REFUNDED
    assert order.payment.watch
    assert order.payment.watch.at is None


async def test_a_refund_that_always_fails(
    cashier: Cashier, cases: Cases, stripe: RunningFake, place: Act, cancel: Act, recover: Act
) -> None:
    """After a few of them a person is asked to look, once, and no more are made."""
    order = await cancel(await pay(cashier, await place(), "tok_visa"))
    for _ in range(MOST_FAILED):
        order = await recover(order)
        await _bank(stripe, "failed")
        order = await recover(order)

    for _ in range(3):
        order = await recover(order)

    (case,) = await cases.store.find({})
    assert (case.kind, case.order_id) == ("refund_failed", order.id)
    assert order.payment.watch
    assert (order.payment.watch.review, order.payment.watch.refunds_failed) == (True, MOST_FAILED)
    assert state_of(order) == State.REFUND_DUE
    assert stripe.order(order.id)["refunds"] == 0  # that have not failed


@pytest.mark.parametrize(("amount", "state"), [(500, State.CHARGED), (2000, State.REFUNDING)])
async def test_a_refund_made_elsewhere(
    cashier: Cashier,
    orders: Store[Order],
    payments: Store[Payment],
    stripe: RunningFake,
    dashboard: stripe_library.StripeClient,
    place: Act,
    glance: Act,
    amount: int,
    state: State,
) -> None:
    """It is told and in the ledger; the order stays what it is, and nobody hears of it again."""
    order = await pay(cashier, await place(), "tok_visa")
    params: Any = {"payment_intent": order.payment.intent_id, "amount": amount}
    await dashboard.v1.refunds.create_async(params)

    order = await glance(order)

    assert (order.payment.status, state_of(order)) == (PaymentStatus.CHARGED, state)
    assert order.payment.watch
    assert order.payment.watch.refunded == amount
    assert order.payment.watch.refund_pending
    (row,) = await payments.find({})
    assert row.returned == amount
    assert len((await orders.outbox.pending(10))[0].messages) == 1
    await _bank(stripe, "failed")
    assert state_of(await glance(order)) == State.CHARGED


@pytest.mark.parametrize("part", [0, 500])
async def test_what_somebody_gave_back_before_is_not_given_twice(
    cashier: Cashier,
    stripe: RunningFake,
    dashboard: stripe_library.StripeClient,
    place: Act,
    cancel: Act,
    settle: Act,
    part: int,
) -> None:
    """What is due after a cancel is what has not gone back yet."""
    order = await pay(cashier, await place(), "tok_visa")
    params: Any = {"payment_intent": order.payment.intent_id}
    await dashboard.v1.refunds.create_async({**params, **({"amount": part} if part else {})})

    order = await settle(await cancel(order))

    made = stripe.order(order.id)
    assert order.payment.status == PaymentStatus.REFUNDED
    assert (made["refunds"], made["refunded"]) == (2 if part else 1, 2000)
