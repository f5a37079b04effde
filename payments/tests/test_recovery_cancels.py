"""Orders cancelled amid a payment: what may yet charge is cancelled, or goes back."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from payments.tests.paying import pay
from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import RefusedError, StripeGateway
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]
CONFIRM = "/v1/payment_intents/*/confirm"


def _all_went_back(stripe: RunningFake, order: Order) -> None:
    made = stripe.order(order.id)
    assert (made["charges"], made["refunds"], made["refunded"]) == (1, 1, made["charged"])


@pytest.mark.parametrize("kind", ["lost_response", "drop_request"])
async def test_cancelled_while_unknown(
    stripe: RunningFake, lose: Act, cancel: Act, settle: Act, kind: str
) -> None:
    """A cancel during an unknown charge is only written down; recovery then finds out, and gives
    back or cancels the intent."""
    lost = await cancel(await lose(kind))
    assert lost.payment.status == PaymentStatus.CHARGING

    order = await settle(lost)

    made = stripe.order(order.id)
    assert made["charged"] == made["refunded"]
    if kind == "lost_response":
        assert order.payment.status == PaymentStatus.REFUNDED
    else:
        assert order.payment.status == PaymentStatus.SETTLED
        assert list(made["intents"].values()) == ["canceled"]


@pytest.mark.parametrize("lands", ["while idle", "after the cancel", "just before the cancel"])
async def test_a_late_confirmation(
    stripe: RunningFake,
    gateway: StripeGateway,
    lose: Act,
    recover: Act,
    cancel: Act,
    settle: Act,
    lands: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that lands after the lease ran out charges nobody, as the intent is canceled; one that is
    faster than that is given back."""
    lost = await lose("drop_request")
    intent_id = lost.payment.intent_id or ""

    async def land() -> None:
        await gateway.confirm(intent_id, "tok_visa", lost.id, lost.payment.attempt)

    close = gateway.cancel

    async def overtaken(intent_id: str) -> Any:
        monkeypatch.undo()
        await land()
        return await close(intent_id)

    if lands == "just before the cancel":
        monkeypatch.setattr(gateway, "cancel", overtaken)
    await recover(lost)
    if lands == "while idle":
        with pytest.raises(RefusedError):
            await land()
    await cancel(lost)
    if lands == "after the cancel":
        with pytest.raises(RefusedError):
            await land()

    order = await settle(lost)

    if lands == "just before the cancel":
        assert order.payment.status == PaymentStatus.REFUNDED
        _all_went_back(stripe, order)
    else:
        assert order.payment.status == PaymentStatus.SETTLED
        assert stripe.order(order.id)["charges"] == 0


@pytest.mark.parametrize("finished", [False, True])
async def test_cancelled_while_the_bank_asks(
    cashier: Cashier,
    stripe: RunningFake,
    place: Act,
    cancel: Act,
    settle: Act,
    finished: bool,
) -> None:
    """An order cancelled during authentication charges nobody, or gives it back."""
    asked = await pay(cashier, await place(), "tok_threeDSecure2Required")
    await cancel(asked)
    if finished:
        stripe.authenticate(asked.payment.intent_id or "")

    order = await settle(asked)

    made = stripe.order(order.id)
    assert made["charged"] == made["refunded"] == (2000 if finished else 0)
    assert list(made["intents"].values()) == ["succeeded" if finished else "canceled"]


async def test_cancelled_before_it_had_an_intent(
    orders: Store[Order], stripe: RunningFake, place: Act, cancel: Act, settle: Act
) -> None:
    """There is nothing to close at Stripe."""
    order = await place()
    await orders.save(order.charging(now()))

    settled = await settle(await cancel(order))

    assert settled.payment.status == PaymentStatus.SETTLED
    assert stripe.order(order.id)["intents"] == {}
