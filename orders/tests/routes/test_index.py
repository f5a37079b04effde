"""GET /api/orders"""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_orders.models.order import Order

Place = Callable[..., Awaitable[Order]]


async def test_signed_out_is_401(api: httpx.AsyncClient) -> None:
    """One has to be someone to have orders."""
    response = await api.get("/api/orders")

    assert response.status_code == 401
    assert response.json() == {"errors": [{"message": "Not authorized"}]}


async def test_lists_ones_own_whatever_became_of_them(
    api: httpx.AsyncClient, sign_in: SignIn, place: Place
) -> None:
    """The caller's orders, and nobody else's, in every status, the newest first."""
    user = new_id()
    mine = [
        await place(status, user_id=user, reservation=number)
        for number, status in enumerate(OrderStatus, start=1)
    ]
    await place(reservation=5)

    response = await api.get("/api/orders", headers=sign_in(user))

    assert response.status_code == 200
    assert [(order["id"], order["status"]) for order in response.json()] == [
        (order.id, str(order.status)) for order in reversed(mine)
    ]
    assert set(response.json()[0]) == {"id", "userId", "status", "expiresAt", "ticket", "version"}
    assert set(response.json()[0]["ticket"]) == {"id", "title", "price", "version"}


async def test_no_orders(api: httpx.AsyncClient, sign_in: SignIn) -> None:
    """Who never ordered gets an empty list."""
    response = await api.get("/api/orders", headers=sign_in())

    assert (response.status_code, response.json()) == (200, [])


async def test_ones_own_page_by_page(api: httpx.AsyncClient, sign_in: SignIn, place: Place) -> None:
    """A page's link leads through the caller's orders only."""
    user = new_id()
    mine = []
    for number in range(1, 4):
        mine.append(await place(user_id=user, reservation=number))
        await place(reservation=10 + number)

    first = await api.get("/api/orders?limit=2", headers=sign_in(user))
    second = await api.get(f"/api/orders{first.links['next']['url']}", headers=sign_in(user))

    ids = [order["id"] for order in (*first.json(), *second.json())]
    assert ids == [order.id for order in reversed(mine)]
    assert not second.links


async def test_in_one_state_or_of_one_ticket(
    api: httpx.AsyncClient, sign_in: SignIn, place: Place
) -> None:
    """Page by page, and counted."""
    user = new_id()
    mine = [
        await place(status, user_id=user, reservation=number)
        for number, status in enumerate([*OrderStatus, *OrderStatus], start=1)
    ]
    await place(OrderStatus.COMPLETE, reservation=9)
    expected = {"complete": 2, "cancelled": 2, "open": 4}

    for state, number in expected.items():
        url = f"/api/orders?state={state}&limit={number - 1}"
        first = await api.get(url, headers=sign_in(user))
        url = f"/api/orders{first.links['next']['url']}"
        second = await api.get(url, headers=sign_in(user))
        assert (len(first.json()), len(second.json())) == (number - 1, 1)
    counts = await api.get("/api/orders/counts", headers=sign_in(user))
    assert counts.json() == expected
    assert (await api.get("/api/orders/counts")).status_code == 401

    ticket = mine[0].ticket.id
    of_one = await api.get(f"/api/orders?ticketId={ticket}", headers=sign_in(user))
    assert {order["ticket"]["id"] for order in of_one.json()} == {ticket}
    other = await api.get(f"/api/orders?ticketId={new_id()}", headers=sign_in(user))
    assert other.json() == []


@pytest.mark.parametrize(("field", "value"), [("state", "paid"), ("ticketId", "x"), ("state", "")])
async def test_an_unknown_filter(
    api: httpx.AsyncClient, sign_in: SignIn, field: str, value: str
) -> None:
    """It is refused by its name."""
    response = await api.get("/api/orders", params={field: value}, headers=sign_in())

    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]
