"""The table of `order_again`, cell by cell."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ticketing_client.models import Order, Ticket
from ticketing_client.order_again import order_again

PAST = datetime.now(UTC) - timedelta(minutes=1)
ENDED, ANOTHER = "6921a0000000000000000001", "6921a0000000000000000002"


def _order(id: str) -> Order:
    ticket = {"id": "t", "title": "Swan Lake", "price": 45}
    return Order.model_validate(
        {"id": id, "status": "cancelled", "expires_at": PAST, "ticket": ticket}
    )


@pytest.mark.parametrize(
    ("ticket", "known", "said"),
    [
        ({}, {}, "free"),
        ({"withdrawn": True}, {}, "down"),
        ({"starts_at": PAST}, {}, "begun"),
        ({"starts_at": PAST, "withdrawn": True}, {}, "begun"),
        ({"order_id": ENDED}, {}, "soon"),
        ({"order_id": ENDED, "withdrawn": True}, {}, "down"),
        ({"order_id": ENDED, "starts_at": PAST}, {}, "begun"),
        ({"order_id": ANOTHER}, {"sale": "reserved"}, "reserved"),
        ({"order_id": ANOTHER}, {"sale": "reserved", "own_known": False}, "taken"),
        ({"order_id": ANOTHER}, {"sale": None}, "taken"),
        ({"order_id": ANOTHER, "starts_at": PAST}, {"sale": "reserved"}, "begun"),
        ({"order_id": ANOTHER}, {"sale": "sold"}, "sold"),
        ({"order_id": ANOTHER, "starts_at": PAST}, {"sale": "sold"}, "sold"),
        ({"order_id": ANOTHER}, {"sale": "sold", "own": _order(ANOTHER)}, "own"),
        ({"order_id": ANOTHER}, {"sale": None, "own": _order(ANOTHER)}, "own"),
    ],
)
def test_what_is_said_of_the_ticket(
    ticket: dict[str, Any], known: dict[str, Any], said: str
) -> None:
    """Nothing of a ticket that is not so, and followed only while it can come back."""
    seen = Ticket.model_validate({"id": "t", "title": "", "price": 45, "user_id": "u", **ticket})

    again = order_again(
        seen, _order(ENDED), **{"own": None, "own_known": True, "sale": None, **known}
    )

    assert again.name == said
    assert (again.follow is not None) == (said in ("soon", "reserved", "taken"))
