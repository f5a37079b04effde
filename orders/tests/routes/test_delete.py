"""DELETE /api/orders/:id"""

from collections.abc import Awaitable, Callable

import httpx
import orjson
import pytest

from orders.tests.routes.cancelling import COMPLETED, OPEN
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_orders.models.order import CancelledBy, Order

Place = Callable[..., Awaitable[Order]]
News = Callable[[], Awaitable[list[str]]]


async def test_signed_out_is_401(
    api: httpx.AsyncClient, orders: Store[Order], place: Place
) -> None:
    """One has to be signed in, and is told so before whether there is such an order."""
    order = await place()

    for id in (order.id, new_id()):
        response = await api.delete(f"/api/orders/{id}")

        assert response.status_code == 401
        assert response.json() == {"errors": [{"message": "Not authorized"}]}
    assert await orders.get(order.id) == order


@pytest.mark.parametrize("id", [new_id(), "nonsense", "x" * 24])
async def test_none_such_is_404(api: httpx.AsyncClient, sign_in: SignIn, id: str) -> None:
    """One can't cancel what is not there."""
    response = await api.delete(f"/api/orders/{id}", headers=sign_in())

    assert response.status_code == 404
    assert response.json() == {"errors": [{"message": "Not Found"}]}


@pytest.mark.parametrize("status", list(OrderStatus))
async def test_someone_elses_is_401(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    orders: Store[Order],
    place: Place,
    status: OrderStatus,
) -> None:
    """An order is its buyer's to cancel; a stranger does not learn what became of it."""
    order = await place(status)

    response = await api.delete(f"/api/orders/{order.id}", headers=sign_in())

    assert response.status_code == 401
    assert response.json() == {"errors": [{"message": "Not authorized"}]}
    assert await orders.get(order.id) == order


@pytest.mark.parametrize("status", OPEN)
async def test_cancels(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    orders: Store[Order],
    place: Place,
    status: OrderStatus,
) -> None:
    """The order is cancelled, one version on, and order:cancelled tells its whole state."""
    order = await place(status, reservation=7)

    response = await api.delete(f"/api/orders/{order.id}", headers=sign_in(order.user_id))

    assert (response.status_code, response.content) == (204, b"")
    assert await orders.get(order.id) == order.cancelled(CancelledBy.BUYER)
    (waiting,) = await orders.outbox.pending(10)
    (message,) = waiting.messages
    assert (message.subject, message.id) == ("order:cancelled", f"order:cancelled/{order.id}/1")
    assert orjson.loads(message.data) == {
        "id": order.id,
        "version": 1,
        "status": "cancelled",
        "userId": order.user_id,
        "expiresAt": order.model_dump(mode="json")["expires_at"],
        "ticket": {"id": order.ticket.id, "price": 20, "reservation": 7},
    }


async def test_again_is_204_and_tells_nothing(
    api: httpx.AsyncClient, sign_in: SignIn, orders: Store[Order], place: Place, news: News
) -> None:
    """A cancelled order is what was asked for: no new version, no second event."""
    order = await place(OrderStatus.CANCELLED)

    response = await api.delete(f"/api/orders/{order.id}", headers=sign_in(order.user_id))

    assert (response.status_code, response.content) == (204, b"")
    assert await orders.get(order.id) == order
    assert await news() == []


async def test_a_complete_order_is_400(
    api: httpx.AsyncClient, sign_in: SignIn, orders: Store[Order], place: Place, news: News
) -> None:
    """Defect 6 of the base: a paid order could be cancelled, and its ticket sold again."""
    order = await place(OrderStatus.COMPLETE)

    response = await api.delete(f"/api/orders/{order.id}", headers=sign_in(order.user_id))

    assert response.status_code == 400
    assert response.json() == COMPLETED
    assert await orders.get(order.id) == order
    assert await news() == []


async def test_the_ticket_can_be_ordered_again(
    api: httpx.AsyncClient, sign_in: SignIn, place: Place
) -> None:
    """A cancelled order holds nothing, from the moment of its 204."""
    order = await place()
    await api.delete(f"/api/orders/{order.id}", headers=sign_in(order.user_id))

    response = await api.post("/api/orders", json={"ticketId": order.ticket.id}, headers=sign_in())

    assert response.status_code == 201
