"""Charging an order's card, where an intent was stored before: it may have charged already."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from payments.tests.paying import pay
from ticketing_common.store import Store
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]


async def test_a_stored_intent_that_has_succeeded(
    cashier: Cashier,
    orders: Store[Order],
    stripe: RunningFake,
    gateway: StripeGateway,
    place: Act,
) -> None:
    """A confirmation that lands long after it was given up is found by the next payment."""
    order = await pay(cashier, await place(), "tok_chargeDeclined")
    await gateway.confirm(order.payment.intent_id or "", "tok_visa", order.id, 1000)

    order = await pay(cashier, order, "tok_mastercard")

    assert order.payment.status == PaymentStatus.CHARGED
    assert stripe.order(order.id)["charges"] == 1


async def test_an_earlier_confirmation_lands_in_between(
    cashier: Cashier,
    stripe: RunningFake,
    gateway: StripeGateway,
    place: Act,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that lands between the look and the next confirmation is a payment, not a refusal."""
    order = await pay(cashier, await place(), "tok_chargeDeclined")
    confirm = gateway.confirm

    async def overtaken(intent_id: str, token: str, *rest: Any) -> Any:
        await confirm(intent_id, "tok_visa", order.id, 1000)
        return await confirm(intent_id, token, *rest)

    monkeypatch.setattr(gateway, "confirm", overtaken)

    order = await pay(cashier, order, "tok_mastercard")

    assert order.payment.status == PaymentStatus.CHARGED
    assert stripe.order(order.id)["charges"] == 1


async def test_a_stored_intent_that_was_cancelled(
    cashier: Cashier, stripe: RunningFake, gateway: StripeGateway, place: Act
) -> None:
    """An intent somebody cancelled at Stripe makes room for another."""
    declined = await pay(cashier, await place(), "tok_chargeDeclined")
    await gateway.cancel(declined.payment.intent_id or "")

    paid = await pay(cashier, declined, "tok_visa")

    assert paid.payment.status == PaymentStatus.CHARGED
    assert sorted(stripe.order(paid.id)["intents"].values()) == ["canceled", "succeeded"]
