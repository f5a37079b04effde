"""Payments nobody is working on any more: recovery asks Stripe and writes down the answer."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from payments.tests.paying import pay
from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import RefusedError, StripeGateway
from ticketing_payments.gateway.objects import NOT_AUTHENTICATED
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment
from ticketing_payments.recovery import Recovery
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]


async def test_a_lost_reply(
    orders: Store[Order],
    payments: Store[Payment],
    stripe: RunningFake,
    lose: Act,
    recover: Act,
) -> None:
    """Defect 8 of the base: a charge whose reply was lost stayed unrecorded.

    It is written down, told and in the ledger, once.
    """
    lost = await lose()

    found = await recover(lost)
    again = await recover(lost)

    assert (found.payment.status, found.payment.look_at) == (PaymentStatus.CHARGED, None)
    assert again == found
    (waiting,) = await orders.outbox.pending(10)
    assert len(waiting.messages) == 1
    (row,) = await payments.find({})
    assert (row.id, row.stripe_id) == (found.payment.payment_id, found.payment.charge_id)
    assert stripe.order(lost.id)["charges"] == 1


async def test_nothing_was_charged(
    cashier: Cashier, stripe: RunningFake, lose: Act, recover: Act
) -> None:
    """A confirmation that never arrived leaves the order to be paid again, with another intent."""
    found = await recover(await lose("drop_request"))

    assert (found.payment.status, found.payment.look_at) == (PaymentStatus.NONE, None)
    paid = await pay(cashier, found, "tok_visa")
    assert sorted(stripe.order(paid.id)["intents"].values()) == ["canceled", "succeeded"]


async def test_a_confirmation_that_arrives_late(
    gateway: StripeGateway, stripe: RunningFake, lose: Act, recover: Act
) -> None:
    """Stripe gives a bank more time than we wait for. Whoever was told that nothing was charged is
    not charged afterwards, when nobody looks any more."""
    lost = await lose("drop_request")
    found = await recover(lost)
    assert (found.payment.status, found.payment.look_at) == (PaymentStatus.NONE, None)

    with suppress(RefusedError):
        await gateway.confirm(lost.payment.intent_id or "", "tok_visa", lost.id, 1)

    assert stripe.order(lost.id)["charges"] == 0


async def test_a_confirmation_that_arrives_just_then(
    gateway: StripeGateway, lose: Act, recover: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is said of the money then, until it is known."""
    lost = await lose("drop_request")
    intent = await gateway.retrieve(lost.payment.intent_id or "")
    await gateway.confirm(intent.id, "tok_visa", lost.id, 1)
    with monkeypatch.context() as patch:
        patch.setattr(gateway, "retrieve", lambda _: asyncio.sleep(0, intent))

        found = await recover(lost)

    assert found.payment.status == PaymentStatus.CHARGING
    assert (await recover(lost)).payment.status == PaymentStatus.CHARGED


async def test_the_card_was_declined(stripe: RunningFake, lose: Act, recover: Act) -> None:
    """A decline whose reply was lost is told when asked for."""
    found = await recover(await lose(token="tok_chargeDeclined"))

    assert found.payment.status == PaymentStatus.NONE
    assert found.payment.message == "Your card was declined."


async def test_there_never_was_an_intent(
    orders: Store[Order], stripe: RunningFake, place: Act, recover: Act
) -> None:
    """A crash before the intent was stored: nothing can have been confirmed, so none is asked."""
    order = await place()
    await orders.save(order.charging(now()))

    found = await recover(order)

    assert (found.payment.status, found.payment.look_at) == (PaymentStatus.NONE, None)
    assert stripe.order(order.id)["intents"] == {}


async def test_the_intent_was_cancelled(
    cashier: Cashier, gateway: StripeGateway, lose: Act, recover: Act
) -> None:
    """A live order whose intent somebody cancelled at Stripe can be paid with another."""
    lost = await lose("drop_request")
    await gateway.cancel(lost.payment.intent_id or "")

    found = await recover(lost)

    assert (found.payment.status, found.payment.intent_id) == (PaymentStatus.NONE, None)
    assert (await pay(cashier, found, "tok_visa")).payment.status == PaymentStatus.CHARGED


async def test_the_bank_asks_the_buyer(stripe: RunningFake, lose: Act, recover: Act) -> None:
    """A request for authentication whose reply was lost is kept for the buyer's page."""
    found = await recover(await lose(token="tok_threeDSecure2Required"))

    assert found.payment.status == PaymentStatus.NONE
    assert "_secret_" in (found.payment.client_secret or "")


async def test_a_buyer_who_never_comes_back(
    cashier: Cashier, orders: Store[Order], stripe: RunningFake, place: Act, recover: Act
) -> None:
    """Who authenticates and closes the page has paid: recovery completes it."""
    asked = await pay(cashier, await place(), "tok_threeDSecure2Required")
    assert asked.payment.status == PaymentStatus.NONE
    waiting = await recover(asked)
    assert waiting.payment.status == PaymentStatus.NONE
    assert waiting.payment.client_secret == asked.payment.client_secret
    assert waiting.payment.looks == 1

    stripe.authenticate(asked.payment.intent_id or "")

    paid = await recover(asked)
    assert (paid.payment.status, paid.payment.client_secret) == (PaymentStatus.CHARGED, None)
    assert len((await orders.outbox.pending(10))[0].messages) == 1


async def test_an_authentication_that_failed(
    cashier: Cashier, stripe: RunningFake, place: Act, recover: Act
) -> None:
    """The buyer is told, in words for buyers, and may try another card."""
    asked = await pay(cashier, await place(), "tok_threeDSecure2Required")
    stripe.authenticate(asked.payment.intent_id or "", "failed")

    found = await recover(asked)

    assert (found.payment.client_secret, found.payment.look_at) == (None, None)
    assert found.payment.message == NOT_AUTHENTICATED
    assert (await pay(cashier, found, "tok_visa")).payment.status == PaymentStatus.CHARGED


async def test_an_intent_in_process(
    recovery: Recovery, gateway: StripeGateway, lose: Act, recover: Act, monkeypatch: Any
) -> None:
    """While Stripe is still at it, nothing is decided, however long that takes."""
    lost = await lose()
    intent = await gateway.retrieve(lost.payment.intent_id or "")
    processing = type(intent)(intent.id, "processing", intent.amount, None, None, None)
    with monkeypatch.context() as patch:
        patch.setattr(gateway, "retrieve", lambda _: asyncio.sleep(0, processing))
        await recovery.resolver.step(lost)
        for _ in range(12):
            assert (await recover(lost)).payment.status == PaymentStatus.CHARGING

    assert (await recover(lost)).payment.status == PaymentStatus.CHARGED
