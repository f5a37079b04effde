"""The process dies at any moment: no charge is lost, none is made twice."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import pytest

from payments.tests.fuse import Crash, Fuse, Fused
from payments.tests.paying import pay, recovery_of
from ticketing_common.store import Store
from ticketing_common.timing import Timing
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment
from ticketing_payments.recovery import Recovery
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]

Parts = tuple[Any, Ledger, Any, Timing]
Mortal = Callable[[int], Parts]


@pytest.fixture
def mortal(
    orders: Store[Order], payments: Store[Payment], gateway: StripeGateway, timing: Timing
) -> Mortal:
    """`mortal(3)`: what a cashier or a recovery is made of, dying at the third step."""

    def mortal(steps: int) -> Parts:
        fuse = Fuse(steps)
        books: Any = Fused(payments, fuse)
        return Fused(orders, fuse), Ledger(books), Fused(gateway, fuse), timing

    return mortal


async def dies(recovery: Recovery) -> bool:
    """Whether it dies of a look, and all that it had begun with it: the fuse has blown for that."""
    try:
        await recovery.look()
    except Crash:
        await asyncio.gather(*recovery.under_way, return_exceptions=True)
        return True
    return False


async def test_during_a_payment(
    cashier: Cashier,
    orders: Store[Order],
    payments: Store[Payment],
    stripe: RunningFake,
    place: Act,
    recover: Act,
    mortal: Mortal,
) -> None:
    """Defect 8 of the base: a crash after the charge lost it.

    Wherever the request dies, the order ends charged once and told once, by recovery or by the
    buyer's next try.
    """
    for steps in count():
        order = await place()
        try:
            await pay(Cashier(*mortal(steps)), order, "tok_visa")
        except Crash:
            order = await recover(order)
            if order.payment.status == PaymentStatus.NONE:
                assert stripe.order(order.id)["charges"] == 0
                await pay(cashier, order, "tok_visa")
        else:
            break

        order = await orders.get(order.id)
        assert order.payment.status == PaymentStatus.CHARGED, f"after step {steps}"
        assert stripe.order(order.id)["charges"] == 1, f"after step {steps}"
        (row,) = await payments.find({"orderId": order.id})
        assert (row.id, row.stripe_id) == (order.payment.payment_id, order.payment.charge_id)
    assert steps > 10
    assert [len(waiting.messages) for waiting in await orders.outbox.pending(99)] == [1] * (
        steps + 1
    )


@pytest.mark.parametrize("token", ["tok_visa", "tok_chargeDeclined", "tok_threeDSecure2Required"])
async def test_during_a_payment_then_cancelled(
    orders: Store[Order],
    stripe: RunningFake,
    place: Act,
    cancel: Act,
    settle: Act,
    mortal: Mortal,
    token: str,
) -> None:
    """Wherever the request dies, an order cancelled after it keeps nobody's money, nor an intent
    that could still charge."""
    for steps in count():
        order = await place()
        crashed = False
        try:
            await pay(Cashier(*mortal(steps)), order, token)
        except Crash:
            crashed = True
        await cancel(order)

        order = await settle(order)

        made = stripe.order(order.id)
        assert made["charged"] == made["refunded"], f"after step {steps}"
        stored = order.payment.intent_id
        assert stored is None or made["intents"][stored] in ("succeeded", "canceled")
        if not crashed:
            break


async def test_during_a_refund(
    cashier: Cashier,
    payments: Store[Payment],
    stripe: RunningFake,
    place: Act,
    cancel: Act,
    settle: Act,
    mortal: Mortal,
) -> None:
    """Wherever recovery dies, the next one gives back exactly once, and the ledger knows."""
    for steps in count():
        order = await cancel(await pay(cashier, await place(), "tok_visa"))
        crashed = await dies(recovery_of(*mortal(steps)))

        order = await settle(order)

        assert order.payment.status == PaymentStatus.REFUNDED
        assert (stripe.order(order.id)["refunds"], stripe.order(order.id)["refunded"]) == (1, 2000)
        (row,) = await payments.find({"orderId": order.id})
        assert row.refund_id is not None, f"after step {steps}"
        if not crashed:
            break


@pytest.mark.parametrize("cancelled", [False, True])
async def test_during_the_recovery_of_a_charge(
    orders: Store[Order],
    stripe: RunningFake,
    lose: Act,
    cancel: Act,
    recover: Act,
    settle: Act,
    mortal: Mortal,
    cancelled: bool,
) -> None:
    """Wherever it dies, what it was about to find is found."""
    for steps in count():
        order = await lose()
        if cancelled:
            await cancel(order)
        current = await orders.get(order.id)
        await orders.save(current.with_payment(look_at=current.expires_at.replace(year=2000)))
        crashed = await dies(recovery_of(*mortal(steps)))

        order = await settle(order)

        made = stripe.order(order.id)
        assert (made["charges"], made["refunds"]) == (1, int(cancelled)), f"after step {steps}"
        wanted = PaymentStatus.REFUNDED if cancelled else PaymentStatus.CHARGED
        assert order.payment.status == wanted
        if not crashed:
            break
