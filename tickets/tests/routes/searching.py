"""Tickets on sale, and what a search finds of them."""

import httpx

from ticketing_common.store import Store
from ticketing_common.types import new_id
from ticketing_tickets.models.ticket import Ticket


async def on_sale(tickets: Store[Ticket], *listed: tuple[str, float]) -> list[Ticket]:
    made = [Ticket(id=new_id(), title=t, price=p, user_id=new_id()) for t, p in listed]
    return [await tickets.save(ticket) for ticket in made]


async def titles(api: httpx.AsyncClient, **parameters: object) -> list[str]:
    response = await api.get("/api/tickets", params=parameters)  # type: ignore[arg-type]
    assert response.status_code == 200, response.text
    return [ticket["title"] for ticket in response.json()]


async def all_pages(api: httpx.AsyncClient, query: str) -> list[str]:
    """The ids on all pages, from the first on."""
    response = await api.get(f"/api/tickets?{query}")
    ids = [ticket["id"] for ticket in response.json()]
    while "next" in response.links:
        response = await api.get(f"/api/tickets{response.links['next']['url']}")
        assert response.status_code == 200, response.text
        ids += [ticket["id"] for ticket in response.json()]
    return ids
