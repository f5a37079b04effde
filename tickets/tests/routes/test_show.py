"""GET /api/tickets/:id"""

import httpx
import pytest

from ticketing_common.store import Store
from ticketing_common.types import new_id
from ticketing_tickets.models.ticket import Ticket


async def test_shows_a_ticket(api: httpx.AsyncClient, tickets: Store[Ticket]) -> None:
    """Everyone may see a ticket; what the service keeps for itself is not in it."""
    order = new_id()
    ticket = await tickets.save(
        Ticket(id=new_id(), title="A", price=9.5, user_id=new_id(), order_id=order, reservation=3)
    )

    response = await api.get(f"/api/tickets/{ticket.id}")

    assert response.status_code == 200
    assert response.json() == {
        "id": ticket.id,
        "title": "A",
        "price": 9.5,
        "userId": ticket.user_id,
        "orderId": order,
        "version": 0,
    }


@pytest.mark.parametrize("id", [new_id(), "nonsense", "0", "x" * 24, "%7B%22$gt%22:1%7D"])
async def test_none_such_is_404(api: httpx.AsyncClient, id: str) -> None:
    """An unknown id and one that can't be one are alike."""
    response = await api.get(f"/api/tickets/{id}")

    assert response.status_code == 404
    assert response.json() == {"errors": [{"message": "Not Found"}]}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/nothing"), ("DELETE", "/api/tickets"), ("POST", "/api/tickets/mine")],
)
async def test_unknown_routes_and_methods_are_404(
    api: httpx.AsyncClient, method: str, path: str
) -> None:
    """What is no route of ours is not found, whatever the method."""
    response = await api.request(method, path)

    assert response.status_code == 404
    assert response.json() == {"errors": [{"message": "Not Found"}]}
