"""POST /api/orders with the price that the buyer saw."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket


@pytest.mark.parametrize(
    "seen", [{}, {"price": None}, {"price": 20}, {"price": 20.0}, {"price": "20.00"}]
)
async def test_at_the_price_that_was_seen(
    api: httpx.AsyncClient, sign_in: SignIn, ticket: Ticket, seen: dict[str, Any]
) -> None:
    """It is ordered at what it costs; without a price as before there was one."""
    body = {"ticketId": ticket.id, **seen}

    response = await api.post("/api/orders", json=body, headers=sign_in())

    assert response.status_code == 201
    assert response.json()["ticket"]["price"] == 20


@pytest.mark.parametrize("seen", [2, 20.01, "19.99", 200, 0])
async def test_at_another_price_nothing_is_ordered(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    tickets: Store[Ticket],
    orders: Store[Order],
    news: Callable[[], Awaitable[list[str]]],
    seen: Any,
) -> None:
    """400 with the present price, in whichever direction it went; the ticket stays free."""
    ticket = await tickets.save(Ticket(id=new_id(), title="A concert", price=20))
    body, buyer = {"ticketId": ticket.id, "price": seen}, sign_in()

    refused = await api.post("/api/orders", json=body, headers=buyer)

    assert refused.status_code == 400
    assert refused.json() == {"errors": [{"message": "The price is $20.00 now", "field": "price"}]}
    assert await orders.find({}) == []
    assert await news() == []
    again = await api.post("/api/orders", json={**body, "price": 20}, headers=buyer)
    assert again.status_code == 201


async def test_a_change_that_was_heard_of_meanwhile(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """$45 seen is not $450 reserved; the sentence has the price as people read it."""
    await tickets.replicate(ticket.id, 1, title=ticket.title, price=4500.5)

    body = {"ticketId": ticket.id, "price": ticket.price}
    refused = await api.post("/api/orders", json=body, headers=sign_in())

    assert refused.json()["errors"][0]["message"] == "The price is $4,500.50 now"


@pytest.mark.parametrize("price", ["abc", True, [20], {"$gt": 0}, -1, "1,250", "", "1e999"])
async def test_what_is_no_price(
    api: httpx.AsyncClient, sign_in: SignIn, ticket: Ticket, price: Any
) -> None:
    """It is the field that is wrong."""
    body = {"ticketId": ticket.id, "price": price}

    refused = await api.post("/api/orders", json=body, headers=sign_in())

    assert refused.status_code == 400
    assert refused.json() == {
        "errors": [{"message": "Price must be greater than 0", "field": "price"}]
    }
