"""When an order is looked at next."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.timing import Timing
from ticketing_common.types import new_id, now
from ticketing_payments.models.order import Order, PaymentStatus, Progress
from ticketing_payments.models.watch import Watch
from ticketing_payments.schedule import Schedule

AT = now()
TIMING = Timing.of(60)


def _order(expires_in: float = 900, **payment: Any) -> Order:
    return Order(
        id=new_id(),
        user_id=new_id(),
        status=OrderStatus.CREATED,
        price=20,
        expires_at=AT + timedelta(seconds=expires_in),
        order_version=1,
        payment=Progress(**payment),
    )


def _looks(order: Order, until: float) -> list[float]:
    """Seconds from now of each look in vain, at most so many."""
    schedule, looks, at = Schedule(TIMING), [0.0], AT
    while looks[-1] < until:
        payment = schedule.later(order, order.payment, at)
        at = schedule.due_at(payment) or at
        order = order.next(payment=payment)
        looks.append((at - AT).total_seconds())
    return looks


@pytest.mark.parametrize("expires_in", [37, 60, 100.5, 900])
def test_an_authentication_is_looked_at_near_the_end_and_at_it(expires_in: float) -> None:
    """Often enough to notice in time what the bank was told in time, and exactly at the end."""
    looks = _looks(_order(expires_in, client_secret="secret"), expires_in)

    assert looks[-1] == expires_in
    near = [look for look in looks if look >= expires_in - TIMING.payment_cutoff]
    gaps = [after - before for before, after in pairwise(near)]
    assert max(gaps) <= 2 * TIMING.recovery_interval
    assert near[0] - (expires_in - TIMING.payment_cutoff) <= 2 * TIMING.recovery_interval


def test_an_order_expires_only_after_that_look() -> None:
    """The look at the deadline, started an interval late and answered at its bound, still comes
    before the order is told to expire."""
    for window in (2, 15, 60, 900):
        timing = Timing.of(window)
        slowest = timing.recovery_interval + timing.stripe_read_timeout
        assert slowest < timing.expiry_grace


def test_it_backs_off() -> None:
    """Half a minute at most while a payment is undecided, a day once it is only watched."""
    undecided = _looks(_order(status=PaymentStatus.CHARGING), 600)
    watched = _looks(_order(status=PaymentStatus.REFUNDED, watch=Watch(at=AT)), 30 * 86400)

    assert undecided[:5] == [0, 2, 6, 14, 30]
    assert undecided[-1] - undecided[-2] == 60
    assert watched[:5] == [0, 2, 6, 14, 30]
    assert watched[-1] - watched[-2] == 86400
    assert len(watched) < 50


def test_older_versions_never_take_up_what_is_watched() -> None:
    """They know `look_at` only, and would decide again what is decided."""
    payment = Schedule(TIMING).at(Progress(status=PaymentStatus.REFUNDED, look_at=AT), AT)

    assert payment.look_at is None
    assert payment.watch is not None
    assert payment.watch.at == AT
