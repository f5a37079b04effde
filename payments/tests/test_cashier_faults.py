"""Charging an order's card, where Stripe's answer gets lost, comes late or makes no sense."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from payments.tests.paying import pay
from ticketing_common.errors import BadRequestError
from ticketing_common.store import Store
from ticketing_payments.cashier import Cashier
from ticketing_payments.errors import NothingChargedError, PaymentUnknownError
from ticketing_payments.gateway import StripeGateway, StripeUnavailableError
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]
CONFIRM = "/v1/payment_intents/*/confirm"

CREATE = "/v1/payment_intents"


async def _paid_by_recovery_or_again(
    cashier: Cashier, stripe: RunningFake, recover: Act, order: Order
) -> Order:
    """The order once recovery has looked, paid again where recovery found nothing charged."""
    order = await recover(order)
    if order.payment.status == PaymentStatus.NONE:
        assert stripe.order(order.id)["charges"] == 0
        order = await pay(cashier, order, "tok_visa")
    assert order.payment.status == PaymentStatus.CHARGED
    assert (stripe.order(order.id)["charges"], stripe.order(order.id)["charged"]) == (1, 2000)
    return order


FAULTS = pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("drop_request", {}),
        ("lost_response", {}),
        ("error_before", {}),
        ("error_after", {}),
        ("unavailable", {}),
        ("unavailable", {"status": 401}),
        ("unavailable", {"status": 403}),
        ("rate_limit", {}),
        ("lock_timeout", {}),
    ],
)


@FAULTS
@pytest.mark.parametrize("forgotten", [False, True])
async def test_an_unknown_outcome(
    cashier: Cashier,
    orders: Store[Order],
    stripe: RunningFake,
    place: Act,
    recover: Act,
    kind: Any,
    options: Any,
    forgotten: bool,
) -> None:
    """Defect 8 of the base: what was charged but not written down was lost, or charged again.

    The buyer is told to wait, the order stays taken, and whatever Stripe did, keys forgotten or
    not, it ends as one charge.
    """
    order = await place()
    stripe.fault(kind, method="POST", path=CONFIRM, next=1, **options)

    with pytest.raises(PaymentUnknownError, match="is being confirmed, do not pay again"):
        await pay(cashier, order, "tok_visa")

    order = await orders.get(order.id)
    assert order.payment.status == PaymentStatus.CHARGING
    with pytest.raises(BadRequestError, match="A payment is already in progress"):
        await pay(cashier, order, "tok_visa")
    if forgotten:
        stripe.fake.keys.forget()
    await _paid_by_recovery_or_again(cashier, stripe, recover, order)


@FAULTS
@pytest.mark.parametrize("forgotten", [False, True])
async def test_no_intent(
    cashier: Cashier,
    orders: Store[Order],
    stripe: RunningFake,
    place: Act,
    kind: Any,
    options: Any,
    forgotten: bool,
) -> None:
    """What fails before there is anything to confirm can't have charged anyone: the buyer is told
    so, and can pay at once."""
    order = await place()
    stripe.fault(kind, method="POST", path=CREATE, next=1, **options)

    with pytest.raises(NothingChargedError, match="You were not charged"):
        await pay(cashier, order, "tok_visa")

    order = await orders.get(order.id)
    assert (order.payment.status, order.payment.look_at) == (PaymentStatus.NONE, None)
    assert order.payment.message == NothingChargedError.message
    if forgotten:
        stripe.fake.keys.forget()
    assert (await pay(cashier, order, "tok_visa")).payment.status == PaymentStatus.CHARGED
    made = stripe.order(order.id)
    assert (made["charges"], made["charged"]) == (1, 2000)
    # Only a lost reply leaves one behind, and only Stripe's forgetting, or its failure, a second.
    second = (kind == "lost_response" and forgotten) or kind == "error_after"
    assert len(made["intents"]) == 1 + second


async def test_no_intent_for_an_order_cancelled_meanwhile(
    cashier: Cashier,
    gateway: StripeGateway,
    place: Act,
    cancel: Act,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody is told to try again then."""
    order = await place()

    async def cancelled_meanwhile(*_: Any) -> Any:
        await cancel(order)
        raise StripeUnavailableError

    monkeypatch.setattr(gateway, "create", cancelled_meanwhile)

    settled = await pay(cashier, order, "tok_visa")

    assert (settled.cancelled, settled.payment.status) == (True, PaymentStatus.SETTLED)


async def test_stripe_repeats_its_failure(
    cashier: Cashier, orders: Store[Order], stripe: RunningFake, place: Act
) -> None:
    """A 500 that Stripe keeps for the key of a create does not block the order for good."""
    order = await place()
    stripe.fault("error_before", method="POST", path=CREATE, next=2)
    for _ in range(2):
        with pytest.raises(NothingChargedError):
            await pay(cashier, order, "tok_visa")
        order = await orders.get(order.id)

    assert (await pay(cashier, order, "tok_visa")).payment.status == PaymentStatus.CHARGED


async def test_stripe_repeats_its_refusal(
    cashier: Cashier, stripe: RunningFake, place: Act
) -> None:
    """Neither does a 400 that it keeps."""
    stripe.fault("error_before", method="POST", path=CREATE, next=1, status=400)
    refused = await pay(cashier, await place(), "tok_visa")
    assert refused.payment.status == PaymentStatus.NONE

    assert (await pay(cashier, refused, "tok_visa")).payment.status == PaymentStatus.CHARGED


async def test_an_intent_in_process(
    cashier: Cashier, stripe: RunningFake, gateway: StripeGateway, place: Act, recover: Act
) -> None:
    """A crash between making the intent and storing its id makes no second one."""
    order = await place()
    intent = await gateway.create(order.id, order.payment.intent_number, 2000)

    order = await pay(cashier, order, "tok_visa")

    assert stripe.order(order.id)["intents"] == {intent.id: "succeeded"}
