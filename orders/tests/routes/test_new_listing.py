"""POST /api/orders for a ticket that was taken down, or whose event has begun."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id, now
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket

DOWN = {"withdrawn": True}
BEGUN = {"starts_at": now()}


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        (DOWN, "The ticket has been taken down by its seller"),
        (BEGUN, "The event has begun"),
        (DOWN | BEGUN, "The ticket has been taken down by its seller"),
    ],
)
async def test_nothing_is_ordered(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    tickets: Store[Ticket],
    orders: Store[Order],
    news: Callable[[], Awaitable[list[str]]],
    listing: dict[str, Any],
    said: str,
) -> None:
    """400 with the reason, and nothing to tell."""
    ticket = await tickets.save(Ticket(id=new_id(), title="A", price=20, **listing))

    for price in ({}, {"price": 20}):
        body = {"ticketId": ticket.id, **price}
        refused = await api.post("/api/orders", json=body, headers=sign_in())
        assert (refused.status_code, refused.json()) == (400, {"errors": [{"message": said}]})

    assert await orders.find({}) == []
    assert await news() == []


async def test_until_the_moment_it_begins(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket]
) -> None:
    """A minute before, it can be ordered; the order keeps when and where."""
    soon = now() + timedelta(minutes=1)
    ticket = await tickets.save(Ticket(id=new_id(), title="A", price=20, starts_at=soon, venue="B"))

    response = await api.post("/api/orders", json={"ticketId": ticket.id}, headers=sign_in())

    assert response.status_code == 201
    ordered = response.json()["ticket"]
    assert set(ordered) == {"id", "title", "price", "version", "startsAt", "venue"}
    assert (ordered["startsAt"], ordered["venue"]) == (
        f"{soon.isoformat(timespec='milliseconds')[:-6]}Z",
        "B",
    )
