"""What a payment's owner is told about the money."""

import re
from typing import Any

import pytest

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.types import new_id, now
from ticketing_payments.models.order import Order, PaymentStatus, Progress
from ticketing_payments.models.state import State, state_of
from ticketing_payments.models.watch import Watch

AT = now()

CASES: dict[str, dict[str, Any]] = {
    "": {},
    "otherwise": {},
    "the order is cancelled": {"cancelled": True},
    "the order is cancelled, and no intent is stored": {"cancelled": True, "intent_id": None},
    "the bank asks": {"client_secret": "secret"},
    "all of it was given back elsewhere, and is still watched": {
        "watch": Watch(at=AT, refunded=2000)
    },
    "all of it was given back elsewhere, for good": {"watch": Watch(refunded=2000)},
    "it is still watched": {"watch": Watch(at=AT, refunded=2000)},
    "its intent may still charge": {"look_at": AT},
}
ROWS = re.findall(r"^ *\| (\w+) \| (.*?) ?\| (\w+) \|$", state_of.__doc__ or "", re.MULTILINE)


def test_every_status_has_its_rows() -> None:
    """The table leaves no status and no state out."""
    assert {status for status, _, _ in ROWS} == set(PaymentStatus)
    assert {state for _, _, state in ROWS} == set(State)


@pytest.mark.parametrize(("status", "case", "state"), ROWS)
def test_each_row_of_the_table(status: str, case: str, state: str) -> None:
    """What is stored is told as the table says."""
    fields = dict(CASES[case])
    cancelled = fields.pop("cancelled", False) or status in ("settled", "refund_due")
    order = Order(
        id=new_id(),
        user_id=new_id(),
        status=OrderStatus.CANCELLED if cancelled else OrderStatus.CREATED,
        price=20,
        expires_at=AT,
        order_version=1,
        payment=Progress(**{"status": PaymentStatus(status), "intent_id": "pi_1", **fields}),
    )

    assert state_of(order) == state


@pytest.mark.parametrize(("refunded", "state"), [(1999, State.CHARGED), (2000, State.REFUNDED)])
def test_a_part_is_not_all(refunded: int, state: State) -> None:
    """What somebody gave back in part leaves the payment a payment."""
    order = Order(
        id=new_id(),
        user_id=new_id(),
        status=OrderStatus.COMPLETE,
        price=20,
        expires_at=AT,
        order_version=1,
        payment=Progress(status=PaymentStatus.CHARGED, watch=Watch(refunded=refunded)),
    )

    assert state_of(order) == state
