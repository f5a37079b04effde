"""POST /api/orders for a ticket as somebody saw it."""

import httpx
import pytest

from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_orders.models.ticket import Ticket


@pytest.mark.parametrize(("version", "status"), [(None, 201), (0, 201), (3, 201), (4, 404)])
async def test_not_before_it_has_heard_of_what_was_seen(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    tickets: Store[Ticket],
    version: int | None,
    status: int,
) -> None:
    """Of an older one the buyer would get what they did not see; a later one includes it."""
    id = new_id()
    await tickets.replicate(id, 3, title="A", price=20)

    body = {"ticketId": id, "ticketVersion": version}
    response = await api.post("/api/orders", json=body, headers=sign_in())

    assert response.status_code == status


@pytest.mark.parametrize("version", [-1, 1.5, "4", True])
async def test_what_is_no_version(api: httpx.AsyncClient, sign_in: SignIn, version: object) -> None:
    body = {"ticketId": new_id(), "ticketVersion": version}

    response = await api.post("/api/orders", json=body, headers=sign_in())

    assert response.status_code == 400
    assert response.json() == {
        "errors": [{"message": "TicketVersion must be a whole number", "field": "ticketVersion"}]
    }
