"""GET /api/tickets"""

import httpx
import pytest

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


async def test_a_page_at_a_time(api: httpx.AsyncClient, tickets: Store[Ticket]) -> None:
    """Each page leads to the next by its Link header until all were seen once; what is listed
    meanwhile comes before the first page and moves nobody."""
    listed = [Ticket(id=new_id(), title=f"{n}", price=20, user_id=new_id()) for n in range(7)]
    for ticket in listed:
        await tickets.save(ticket)

    response = await api.get("/api/tickets?limit=3")
    await tickets.save(Ticket(id=new_id(), title="meanwhile", price=20, user_id=new_id()))
    pages = [response.json()]
    while "next" in response.links:
        response = await api.get(f"/api/tickets{response.links['next']['url']}")
        pages.append(response.json())

    assert [len(page) for page in pages] == [3, 3, 1]
    ids = [ticket["id"] for page in pages for ticket in page]
    assert ids == [ticket.id for ticket in reversed(listed)]


async def test_a_hundred_unless_told_otherwise(
    api: httpx.AsyncClient, tickets: Store[Ticket]
) -> None:
    """Without parameters as ever, but bounded; a full page that is the last leads nowhere."""
    for number in range(101):
        await tickets.save(Ticket(id=new_id(), title=f"{number}", price=20, user_id=new_id()))

    first = await api.get("/api/tickets")
    last = await api.get(f"/api/tickets{first.links['next']['url']}")
    everything = await api.get("/api/tickets?limit=101")

    assert (len(first.json()), len(last.json()), len(everything.json())) == (100, 1, 101)
    assert not last.links
    assert not everything.links


@pytest.mark.parametrize("limit", ["", "0", "501", "-1", "1.5", "ten", "99999999999"])
async def test_a_wrong_limit(api: httpx.AsyncClient, limit: str) -> None:
    """It is refused with the field's name."""
    response = await api.get("/api/tickets", params={"limit": limit})

    assert response.status_code == 400
    assert response.json() == {
        "errors": [{"message": "Limit must be from 1 to 500", "field": "limit"}]
    }


@pytest.mark.parametrize("cursor", ["", "x", "a" * 24, "!" * 16, "a" * 10_000])
async def test_a_wrong_cursor(api: httpx.AsyncClient, cursor: str) -> None:
    """Only what a Link header gave will do."""
    response = await api.get("/api/tickets", params={"cursor": cursor})

    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["cursor"]
