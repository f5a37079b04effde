"""GET /api/tickets"""

import httpx

from ticketing_common.store import Store
from ticketing_common.types import new_id
from ticketing_tickets.models.ticket import Ticket


async def test_lists_what_is_free(api: httpx.AsyncClient, tickets: Store[Ticket]) -> None:
    """Everyone sees the tickets that no order holds, the newest first."""
    old, new = [
        await tickets.save(Ticket(id=new_id(), title=title, price=20, user_id=new_id()))
        for title in ("old", "new")
    ]
    await tickets.save(
        Ticket(id=new_id(), title="held", price=20, user_id=new_id(), order_id=new_id())
    )

    response = await api.get("/api/tickets")

    assert response.status_code == 200
    assert [ticket["id"] for ticket in response.json()] == [new.id, old.id]
    assert set(response.json()[0]) == {"id", "title", "price", "userId", "version", "orderId"}


async def test_an_empty_market(api: httpx.AsyncClient) -> None:
    """No tickets are an empty list."""
    response = await api.get("/api/tickets")

    assert (response.status_code, response.json()) == (200, [])
