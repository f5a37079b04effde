"""GET /api/orders/:id"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
import pytest

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_orders.models.order import CancelledBy, Order, OrderedTicket

Place = Callable[..., Awaitable[Order]]


@pytest.mark.parametrize("status", list(OrderStatus))
async def test_shows_ones_own_order(
    api: httpx.AsyncClient, sign_in: SignIn, orders: Store[Order], status: OrderStatus
) -> None:
    """The buyer sees the order, whatever became of it; not what the service keeps for itself."""
    order = await orders.save(
        Order(
            id=new_id(),
            user_id=new_id(),
            status=status,
            expires_at=datetime(2026, 5, 4, 3, 2, 1, 7000, tzinfo=UTC),
            ticket=OrderedTicket(id=new_id(), title="A", price=9.5, version=4, reservation=3),
        )
    )

    response = await api.get(f"/api/orders/{order.id}", headers=sign_in(order.user_id))

    assert response.status_code == 200
    assert response.json() == {
        "id": order.id,
        "userId": order.user_id,
        "status": str(status),
        "expiresAt": "2026-05-04T03:02:01.007Z",
        "ticket": {"id": order.ticket.id, "title": "A", "price": 9.5, "version": 4},
        "version": 0,
    }


@pytest.mark.parametrize("by", list(CancelledBy))
async def test_who_cancelled(
    api: httpx.AsyncClient, sign_in: SignIn, orders: Store[Order], place: Place, by: CancelledBy
) -> None:
    """The buyer, or the end of the order's time: told for ever, and of cancelled orders only."""
    order = await place()
    before = await api.get(f"/api/orders/{order.id}", headers=sign_in(order.user_id))
    await orders.save(order.cancelled(by))

    after = await api.get(f"/api/orders/{order.id}", headers=sign_in(order.user_id))

    assert "cancelledBy" not in before.json()
    assert after.json()["cancelledBy"] == str(by)


async def test_signed_out_is_401(api: httpx.AsyncClient, place: Place) -> None:
    """One has to be signed in, and is told so before whether there is such an order."""
    order = await place()

    for id in (order.id, new_id()):
        response = await api.get(f"/api/orders/{id}")

        assert response.status_code == 401
        assert response.json() == {"errors": [{"message": "Not authorized"}]}


async def test_someone_elses_is_401(api: httpx.AsyncClient, sign_in: SignIn, place: Place) -> None:
    """An order is its buyer's only."""
    order = await place()

    response = await api.get(f"/api/orders/{order.id}", headers=sign_in())

    assert response.status_code == 401
    assert response.json() == {"errors": [{"message": "Not authorized"}]}


@pytest.mark.parametrize("id", [new_id(), "nonsense", "0", "x" * 24, "%7B%22$gt%22:1%7D"])
async def test_none_such_is_404(api: httpx.AsyncClient, sign_in: SignIn, id: str) -> None:
    """An unknown id and one that can't be one are alike."""
    response = await api.get(f"/api/orders/{id}", headers=sign_in())

    assert response.status_code == 404
    assert response.json() == {"errors": [{"message": "Not Found"}]}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/api/orders"),
        ("PUT", f"/api/orders/{new_id()}"),
        ("POST", f"/api/orders/{new_id()}"),
        ("GET", f"/api/orders/{new_id()}/payment"),
    ],
)
async def test_unknown_routes_and_methods_are_404(
    api: httpx.AsyncClient, method: str, path: str
) -> None:
    """What is no route of ours is not found, whatever the method."""
    response = await api.request(method, path)

    assert response.status_code == 404
    assert response.json() == {"errors": [{"message": "Not Found"}]}
