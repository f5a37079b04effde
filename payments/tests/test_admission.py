"""What is shown at the door: codes, and what they are worth."""

from typing import Any

import pytest

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.types import new_id, now
from ticketing_payments.admission import LENGTH, Admission, Admissions, Standing, standing_of
from ticketing_payments.models.order import Order, PaymentStatus, Progress
from ticketing_payments.models.watch import Dispute, Watch

KEY, OTHER = "a key of thirty-two bytes or more, one", "a key of thirty-two bytes or more, two"
PAID = PaymentStatus.CHARGED
KEPT, PART = Watch(), Watch(refunded=1999)
ALL = Watch(refunded=2000)
V, R = Standing.VALID, Standing.REFUNDED


def order(order_status: OrderStatus, **payment: Any) -> Order:
    return Order(
        id=new_id(),
        user_id=new_id(),
        ticket_id=new_id(),
        status=order_status,
        price=20,
        expires_at=now(),
        order_version=0,
        payment=Progress(**payment),
    )


@pytest.mark.parametrize(
    ("status", "payment", "standing"),
    [
        *((OrderStatus.CREATED, {"status": each}, None) for each in ("none", "charging")),
        *((OrderStatus.CANCELLED, {"status": each}, None) for each in ("none", "settled")),
        (OrderStatus.CREATED, {"status": PAID}, V),
        (OrderStatus.COMPLETE, {"status": PAID}, V),
        (OrderStatus.COMPLETE, {"status": PAID, "watch": PART}, V),
        (OrderStatus.COMPLETE, {"status": PAID, "watch": Watch(dispute=Dispute.OPEN)}, V),
        (OrderStatus.COMPLETE, {"status": PAID, "watch": Watch(dispute=Dispute.WON)}, V),
        (OrderStatus.COMPLETE, {"status": PAID, "watch": Watch(dispute=Dispute.LOST)}, R),
        (OrderStatus.COMPLETE, {"status": PAID, "watch": ALL}, R),
        (OrderStatus.COMPLETE, {"status": PAID, "watch": Watch(refunded=2000, at=now())}, R),
        (OrderStatus.CANCELLED, {"status": PAID}, R),
        (OrderStatus.CANCELLED, {"status": PaymentStatus.REFUND_DUE}, R),
        (OrderStatus.CANCELLED, {"status": PaymentStatus.REFUNDED}, R),
        (OrderStatus.COMPLETE, {"status": "none"}, V),  # told by orders after a loss of our own
    ],
)
def test_what_it_is_worth(
    status: OrderStatus, payment: dict[str, Any], standing: Standing | None
) -> None:
    """Cell by cell; and only what is valid gets a code."""
    placed = order(status, **payment)

    assert standing_of(placed) == standing
    assert (Admissions((KEY,)).write(placed) is not None) == (standing == Standing.VALID)


def test_a_code_names_its_order_and_ticket() -> None:
    """In characters that are read out and typed without a doubt, always as many."""
    paid = order(OrderStatus.COMPLETE)

    code = Admissions((KEY,)).write(paid)

    assert code
    assert len(code) == LENGTH
    assert code.isalnum()
    assert code == code.lower()
    assert Admissions((KEY,)).read(code) == Admission(paid.id, str(paid.ticket_id))
    assert Admissions((KEY,)).read(code.upper()) == Admission(paid.id, str(paid.ticket_id))


def test_keys_take_over_from_one_another() -> None:
    """The first signs, each is accepted, and what a dropped one signed is not ours."""
    paid = order(OrderStatus.COMPLETE)
    old = Admissions((KEY,)).write(paid)

    assert old
    assert Admissions((OTHER, KEY)).read(old)
    assert Admissions((OTHER, KEY)).write(paid) == Admissions((OTHER,)).write(paid) != old
    assert Admissions((OTHER,)).read(old) is None
    assert Admissions(()).read(old) is None
    assert Admissions(()).write(paid) is None


def test_no_character_of_it_can_be_another() -> None:
    """Neither the order nor the ticket nor the signature can be exchanged."""
    admissions = Admissions((KEY,))
    code = admissions.write(order(OrderStatus.COMPLETE)) or ""
    changed = [
        code[:at] + ("b" if code[at] == "a" else "a") + code[at + 1 :] for at in range(LENGTH)
    ]

    assert [admissions.read(each) for each in changed] == [None] * LENGTH


@pytest.mark.parametrize("code", ["", "a" * 63, "a" * 64, "a" * 65, "1" * 64, "é" * 64, "ß" * 64])
def test_nonsense(code: str) -> None:
    """What is no code of anybody's."""
    assert Admissions((KEY,)).read(code) is None


def test_an_order_of_before_has_none() -> None:
    """What it is for was not kept, so nothing could be said of it at the door."""
    assert (
        Admissions((KEY,)).write(order(OrderStatus.COMPLETE).model_copy(update={"ticket_id": None}))
        is None
    )
