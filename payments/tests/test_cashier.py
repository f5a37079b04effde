"""Charging an order's card, where Stripe does what it should."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from payments.tests.paying import pay
from payments.tests.tables import table
from ticketing_common.errors import BadRequestError, VersionConflictError
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import Store
from ticketing_payments.cashier import Cashier
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment
from ticketing_payments.payable import require_payable
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]


async def test_charges_once_and_tells(
    cashier: Cashier, orders: Store[Order], stripe: RunningFake, place: Act
) -> None:
    """The order is charged, and payment:created waits in the very document that says so."""
    order = await pay(cashier, await place(), "tok_visa")

    assert await orders.get(order.id) == order
    assert (order.payment.status, order.payment.look_at) == (PaymentStatus.CHARGED, None)
    (waiting,) = await orders.outbox.pending(10)
    assert [message.id for message in waiting.messages] == [
        f"payment:created/{order.payment.payment_id}/0"
    ]
    assert (order.payment.charge_id or "").encode() in waiting.messages[0].data
    assert stripe.order(order.id)["charges"] == 1


@pytest.mark.parametrize(
    ("price", "cents"), [(19.99, 1999), (20, 2000), (0.5, 50), (8.2, 820), (999999.99, 99999999)]
)
async def test_charges_cents(
    cashier: Cashier, stripe: RunningFake, place: Act, price: float, cents: int
) -> None:
    """Defect 9 of the base: 19.99 was sent as 1998.9999999999998."""
    order = await pay(cashier, await place(price=price), "tok_visa")

    assert stripe.order(order.id)["charged"] == cents


async def test_keeps_the_ledger(cashier: Cashier, payments: Store[Payment], place: Act) -> None:
    """A charge has its row, under the id that payment:created tells."""
    order = await pay(cashier, await place(price=19.99), "tok_visa")

    (row,) = await payments.find({})
    assert (row.id, row.order_id, row.stripe_id, row.amount, row.refund_id) == (
        order.payment.payment_id,
        order.id,
        order.payment.charge_id,
        19.99,
        None,
    )


async def test_a_second_payment(cashier: Cashier, stripe: RunningFake, place: Act) -> None:
    """Defect 7 of the base: a second payment charged again."""
    order = await pay(cashier, await place(), "tok_visa")

    with pytest.raises(BadRequestError, match="Order is already paid"):
        await pay(cashier, order, "tok_mastercard")

    assert stripe.order(order.id)["charges"] == 1


@pytest.mark.parametrize("replicas", [2, 5])
async def test_payments_at_the_same_moment(
    cashier: Cashier, stripe: RunningFake, place: Act, replicas: int
) -> None:
    """One of them takes the order; the others are told before they have done anything."""
    order = await place()

    done = await asyncio.gather(
        *(pay(cashier, order, "tok_visa") for _ in range(replicas)), return_exceptions=True
    )

    paid = [each for each in done if isinstance(each, Order)]
    assert [each.payment.status for each in paid] == [PaymentStatus.CHARGED]
    assert sum(isinstance(each, VersionConflictError) for each in done) == replicas - 1
    assert stripe.order(order.id)["charges"] == 1
    assert len(stripe.order(order.id)["intents"]) == 1


async def test_declined_then_paid(
    cashier: Cashier, orders: Store[Order], stripe: RunningFake, place: Act
) -> None:
    """A declined card leaves the order to be paid by another, with the same intent."""
    declined = await pay(cashier, await place(), "tok_chargeDeclinedInsufficientFunds")

    assert declined.payment.status == PaymentStatus.NONE
    assert declined.payment.message == "Your card has insufficient funds."
    assert await orders.outbox.pending(10) == []
    paid = await pay(cashier, declined, "tok_visa")
    assert paid.payment.status == PaymentStatus.CHARGED
    assert (paid.payment.intent_id, paid.payment.message) == (declined.payment.intent_id, None)
    made = stripe.order(paid.id)
    assert (made["charges"], made["declines"], len(made["intents"])) == (1, 1, 1)


async def test_a_token_stripe_does_not_know(
    cashier: Cashier, stripe: RunningFake, place: Act
) -> None:
    """What Stripe refuses was not charged, and another card may be tried."""
    refused = await pay(cashier, await place(), "tok_nonsense")

    message = "The card could not be charged, please try another one"
    assert (refused.payment.status, refused.payment.message) == (PaymentStatus.NONE, message)
    paid = await pay(cashier, refused, "tok_visa")
    assert paid.payment.status == PaymentStatus.CHARGED


@pytest.mark.parametrize(
    ("expires_in", "fields", "message"),
    [
        (900, {"status": OrderStatus.COMPLETE}, "Order is already paid"),
        (900, {"status": OrderStatus.CANCELLED}, "Cannot pay for a cancelled order"),
        (19, {}, "Order has expired"),
        (-1, {}, "Order has expired"),
    ],
)
async def test_what_is_not_charged(
    cashier: Cashier,
    stripe: RunningFake,
    place: Act,
    expires_in: float,
    fields: dict[str, Any],
    message: str,
) -> None:
    """A complete order, told again after its payment was forgotten, is never charged; neither is
    a cancelled one, nor one whose charge might not be known before it expires."""
    order = await place(expires_in, **fields)

    with pytest.raises(BadRequestError, match=message):
        await pay(cashier, order, "tok_visa")

    assert stripe.order(order.id)["intents"] == {}


async def test_an_order_awaiting_payment(cashier: Cashier, place: Act) -> None:
    """An order whose ticket is known to be held is as live as a new one."""
    order = await place(status=OrderStatus.AWAITING_PAYMENT)

    assert (await pay(cashier, order, "tok_visa")).payment.status == PaymentStatus.CHARGED


CELLS = [(*key, row["answer"]) for key, row in table(require_payable.__doc__).items()]


@pytest.mark.parametrize(("status", "state", "answer"), CELLS)
async def test_each_cell_of_what_a_post_is_answered(
    cashier: Cashier, place: Act, status: str, state: str, answer: str
) -> None:
    """What is stored decides, as its table says; who is taken has an attempt and a lease."""
    order = (await place()).with_payment(status=PaymentStatus(status))
    if state != "live":
        order = order.model_copy(update={"status": OrderStatus(state)})

    if answer != "-":
        with pytest.raises(BadRequestError) as refused:
            cashier.take(order)
        assert refused.value.message == answer
        return

    taken = cashier.take(order)

    assert (taken.payment.status, taken.payment.attempt) == (PaymentStatus.CHARGING, 1)
    assert taken.payment.lease_until is not None
