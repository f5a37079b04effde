"""Charging the card of an order that is cancelled meanwhile."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from payments.tests.paying import pay
from ticketing_common.store import Store
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import Intent, StripeGateway
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]


async def test_cancelled_while_charging(
    cashier: Cashier,
    orders: Store[Order],
    gateway: StripeGateway,
    stripe: RunningFake,
    place: Act,
    cancel: Act,
    settle: Act,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Defect 5 of the base: the charge of an order cancelled meanwhile completed it.

    It is not told as a payment, and goes back.
    """
    order = await place()
    confirm = gateway.confirm

    async def cancelled_meanwhile(*arguments: Any) -> Intent:
        intent = await confirm(*arguments)
        assert (await cancel(order)).payment.status == PaymentStatus.CHARGING
        return intent

    monkeypatch.setattr(gateway, "confirm", cancelled_meanwhile)

    late = await pay(cashier, order, "tok_visa")

    assert late.payment.status == PaymentStatus.REFUND_DUE
    assert await orders.outbox.pending(10) == []
    assert (await settle(order)).payment.status == PaymentStatus.REFUNDED
    assert stripe.order(order.id)["refunded"] == stripe.order(order.id)["charged"] == 2000


async def test_cancelled_while_declined(
    cashier: Cashier,
    gateway: StripeGateway,
    stripe: RunningFake,
    place: Act,
    cancel: Act,
    settle: Act,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A cancelled order's intent is cancelled too: no confirmation on its way can charge it."""
    order = await place()
    create = gateway.create

    async def cancelled_meanwhile(*arguments: Any) -> Intent:
        await cancel(order)
        return await create(*arguments)

    monkeypatch.setattr(gateway, "create", cancelled_meanwhile)

    declined = await pay(cashier, order, "tok_chargeDeclined")

    assert declined.payment.status == PaymentStatus.SETTLED
    await settle(order)
    assert list(stripe.order(order.id)["intents"].values()) == ["canceled"]
