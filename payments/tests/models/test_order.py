"""What payments knows of an order."""

from datetime import timedelta

import pytest

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.types import new_id, now
from ticketing_payments.models.order import Order, PaymentStatus, Progress


def _order(status: OrderStatus = OrderStatus.CREATED, **payment: object) -> Order:
    return Order(
        id=new_id(),
        version=3,
        user_id=new_id(),
        status=status,
        price=20,
        expires_at=now(),
        order_version=0,
        payment=Progress.model_validate(payment),
    )


def test_taken_by_a_request() -> None:
    """The attempt is counted, recovery looks when the lease has run out, and what the last try
    left for the buyer is gone."""
    order = _order(attempt=2, client_secret="secret", message="declined", looks=3, intent_id="pi_1")
    until = now() + timedelta(seconds=5)

    taken = order.charging(until)

    assert (taken.version, taken.payment.attempt) == (4, 3)
    assert taken.payment.status == PaymentStatus.CHARGING
    assert taken.payment.lease_until == taken.payment.look_at == until
    assert (taken.payment.client_secret, taken.payment.message) == (None, None)
    assert (taken.payment.looks, taken.payment.intent_id) == (0, "pi_1")


def test_the_payments_id_is_chosen_once() -> None:
    """All tries are for one payment, whose id is known before the first of them."""
    first = _order().charging(now())
    second = first.charging(now())

    assert first.payment.payment_id is not None
    assert second.payment.payment_id == first.payment.payment_id


@pytest.mark.parametrize(
    ("order", "cancelled", "paid"),
    [
        (_order(), False, False),
        (_order(OrderStatus.AWAITING_PAYMENT), False, False),
        (_order(OrderStatus.COMPLETE), False, True),
        (_order(OrderStatus.CANCELLED), True, False),
    ],
)
def test_cancelled_and_paid(order: Order, cancelled: bool, paid: bool) -> None:
    """An order is paid when we charged it, and also when orders says so."""
    assert (order.cancelled, order.paid) == (cancelled, paid)
    charged = order.with_payment(status=PaymentStatus.CHARGED)
    assert charged.paid


def test_as_it_is_stored() -> None:
    """A document survives the way to the store and back."""
    order = _order(look_at=now(), intent_id="pi_1").charging(now())

    assert Order.from_mongo({**order.to_mongo(), "_id": order.id}) == order
