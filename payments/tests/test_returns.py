"""Refunds and disputes of a decided payment: the table, cell by cell, and what is written down."""

from datetime import timedelta
from typing import Any

import pytest

from payments.tests.tables import table
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.types import new_id, now
from ticketing_payments import returns as module
from ticketing_payments.gateway import Refund, StripeDispute
from ticketing_payments.models.order import Order, PaymentStatus, Progress
from ticketing_payments.models.watch import Dispute, Watch
from ticketing_payments.returns import CERTAIN_AFTER, Returns, Seen, after, step_for, watching

AT = now()
WHOLE, PART = Refund("re_1", "succeeded", 2000), Refund("re_2", "succeeded", 500)
FAILED, PENDING = Refund("re_3", "failed", 2000), Refund("re_4", "pending", 2000)


def _dispute(
    status: str, refundable: bool = False, amount: int = 2000
) -> tuple[StripeDispute, ...]:
    return (StripeDispute("dp_1", status, amount, refundable),)


SHOWN: dict[Seen, list[Returns]] = {
    Seen.NOTHING: [
        Returns(2000),
        Returns(2000, (PART,)),
        Returns(2000, (FAILED,)),
        Returns(2000, (), _dispute("won")),
        Returns(2000, (), _dispute("warning_needs_response", refundable=True)),
        Returns(2000, (), _dispute("lost", amount=500)),
        Returns(2000, (PART,), _dispute("lost", amount=1499)),
    ],
    Seen.PENDING: [Returns(2000, (PENDING,)), Returns(2000, (Refund("re", "new", 2000),))],
    Seen.ALL: [
        Returns(2000, (WHOLE,)),
        Returns(2000, (WHOLE, FAILED)),
        Returns(2000, (WHOLE,), _dispute("needs_response")),
    ],
    Seen.CONTESTED: [
        Returns(2000, (), _dispute("needs_response")),
        Returns(2000, (PART,), _dispute("a state of tomorrow")),
        Returns(2000, (), _dispute("won") + _dispute("needs_response", amount=500)),
    ],
    Seen.LOST: [
        Returns(2000, (), _dispute("lost")),
        Returns(2000, (PART,), _dispute("lost", amount=1500)),
        Returns(2000, (), _dispute("lost", amount=500) + _dispute("lost", amount=1500)),
    ],
}
CELLS = [
    (status, seen, step, shown)
    for (status,), row in table(module.__doc__).items()
    for seen, step in row.items()
    for shown in SHOWN[Seen(seen)]
]


def _order(status: str = "charged", watch: Watch | None = None, **payment: Any) -> Order:
    return Order(
        id=new_id(),
        user_id=new_id(),
        status=OrderStatus.COMPLETE if status == "charged" else OrderStatus.CANCELLED,
        price=20,
        expires_at=AT,
        order_version=1,
        payment=Progress(status=PaymentStatus(status), charge_id="ch_1", watch=watch, **payment),
    )


def test_the_table_is_whole() -> None:
    """It has a cell for each decided status and everything that can be seen."""
    cells = {(status, seen) for status, seen, _, _ in CELLS}

    assert cells == {(s, seen) for s in ("charged", "refund_due", "refunded") for seen in Seen}


@pytest.mark.parametrize(("status", "seen", "step", "shown"), CELLS)
def test_each_cell(status: str, seen: str, step: str, shown: Returns) -> None:
    """What Stripe shows of a charge has the consequence that the table says."""
    order = _order(status)

    assert shown.seen == seen
    taken = step_for(order, shown)
    assert taken == step
    if step not in ("refund", "wait"):
        payment = after(order.payment, taken, watching(order, shown, AT), AT)
        becomes = {"refunded": "refunded", "due again": "refund_due"}
        assert payment.status == becomes.get(step, status)
        assert (payment.look_at is None) == (step != "due again")
        assert (payment.refund_due_since == AT) == (step == "due again")


@pytest.mark.parametrize(
    ("shown", "watched"),
    [
        (Returns(2000), False),
        (Returns(2000, (PART,)), True),
        (Returns(2000, (WHOLE,)), True),
        (Returns(2000, (FAILED,)), False),
        (Returns(2000, (), _dispute("needs_response")), True),
        (Returns(2000, (), _dispute("won")), False),
        (Returns(2000, (), _dispute("lost")), False),
    ],
)
def test_what_can_still_change_is_watched(shown: Returns, watched: bool) -> None:
    """A young refund may fail, an open dispute be decided; nothing else is looked at again."""
    watch = watching(_order(), shown, AT)

    assert (watch.at is not None) == watched


@pytest.mark.parametrize(("days", "watched"), [(29, True), (30, False)])
def test_a_refund_is_certain_after_thirty_days(days: int, watched: bool) -> None:
    """So long Stripe may take it back, counted from when it was first seen."""
    order = _order("refunded", Watch(at=AT, refunded=2000, refunded_at=AT - timedelta(days=days)))

    watch = watching(order, Returns(2000, (WHOLE,)), AT)

    assert timedelta(days=30) == CERTAIN_AFTER
    assert (watch.at is not None) == watched
    assert watch.refunded_at == AT - timedelta(days=days)


@pytest.mark.parametrize(("status", "watched"), [("pending", True), ("succeeded", False)])
def test_a_part_is_pending_until_stripe_says_otherwise(status: str, watched: bool) -> None:
    """However long its bank takes."""
    old = AT - CERTAIN_AFTER
    order = _order(watch=Watch(at=AT, refunded=500, refunded_at=old))

    watch = watching(order, Returns(2000, (Refund("re_5", status, 500),)), AT)

    assert (watch.at is not None, watch.refund_pending) == (watched, watched)


def test_another_refund_starts_anew() -> None:
    """The thirty days are those of the last change."""
    order = _order("refunded", Watch(refunded=2000, refunded_at=AT - timedelta(days=40), looks=9))

    failed = watching(order, Returns(2000, (FAILED,)), AT)
    order = _order("refund_due", failed)
    again = watching(order, Returns(2000, (WHOLE, FAILED)), AT)

    assert (failed.refunded, failed.refunded_at, failed.refunds_failed) == (0, None, 1)
    assert (again.refunded, again.refunded_at, again.looks) == (2000, AT, 0)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("needs_response", Dispute.OPEN),
        ("under_review", Dispute.OPEN),
        ("appeal_needs_response", Dispute.OPEN),
        ("appeal_under_review", Dispute.OPEN),
        ("warning_needs_response", Dispute.OPEN),
        ("warning_under_review", Dispute.OPEN),
        ("warning_closed", Dispute.CLOSED),
        ("won", Dispute.WON),
        ("prevented", Dispute.CLOSED),
        ("lost", Dispute.LOST),
        ("a state of tomorrow", Dispute.OPEN),
    ],
)
def test_each_state_of_a_dispute(status: str, told: Dispute) -> None:
    """What is not known to be over is open; what was closed, no bank has decided."""
    watch = watching(_order(), Returns(2000, (), _dispute(status)), AT)

    assert watch.dispute_told == told
    assert watch.dispute == (Dispute.WON if told == Dispute.CLOSED else told)
