"""GET /api/tickets with a search, a sort or prices"""

from datetime import timedelta

import httpx
import pytest

from ticketing_common.store import Store
from ticketing_common.types import new_id, now
from ticketing_tickets.models.ticket import Ticket
from tickets.tests.routes.searching import on_sale, titles

BEYONCE = "Beyonce\u0301: Renaissance World Tour"


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("beyonce", True),
        ("Beyonc\u00e9", True),
        ("Beyonce\u0301", True),
        ("tour BEY", True),
        ("bey beyonce", True),
        ("eyonce", False),
        ("beyonce opera", False),
        ("renaissance-world", True),
        ("!!!", False),
        ("  ", True),
        (".*", False),
        ("^bey", True),
        ("b\x00y", False),
    ],
)
async def test_finds_by_the_beginnings_of_words(
    api: httpx.AsyncClient, tickets: Store[Ticket], q: str, found: bool
) -> None:
    """In any order, in any case, with accents or without, however they are composed."""
    await on_sale(tickets, (BEYONCE, 90))

    assert await titles(api, q=q) == ([BEYONCE] if found else [])


async def test_what_is_searched_for_is_on_sale(
    api: httpx.AsyncClient, tickets: Store[Ticket]
) -> None:
    """Not what an order holds; and by its present title."""
    free, held = await on_sale(tickets, ("Swan Lake", 80), ("Swan Lake, held", 80))
    await tickets.save(held.next(order_id=new_id()))
    assert await titles(api, q="swan") == ["Swan Lake"]

    await tickets.save(free.next(title="Nutcracker"))

    assert await titles(api, q="swan") == []
    assert await titles(api, q="nut") == ["Nutcracker"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, "dcba"),
        ({"sort": "newest"}, "dcba"),
        ({"sort": "price"}, "dbac"),
        ({"sort": "-price"}, "cabd"),
        ({"sort": "title"}, "cbda"),
        ({"minPrice": 20}, "ca"),
        ({"maxPrice": "20.00"}, "dba"),
        ({"minPrice": 20, "maxPrice": 20}, "a"),
        ({"minPrice": 21, "maxPrice": 20}, ""),
        ({"sort": "-price", "minPrice": 10, "q": "show t"}, "d"),
    ],
)
async def test_sorts_and_filters(
    api: httpx.AsyncClient, tickets: Store[Ticket], parameters: dict[str, object], expected: str
) -> None:
    """What costs the same comes in a fixed order; titles as people look them up."""
    shows = {"Zeta show": 20, "émile show": 10, "Alpha show": 30.5, "Show two": 10}
    listed = await on_sale(tickets, *shows.items())
    names = {ticket.title: name for ticket, name in zip(listed, "abcd", strict=True)}

    found = await titles(api, **parameters)

    assert "".join(names[title] for title in found) == expected


async def test_when_and_where(api: httpx.AsyncClient, tickets: Store[Ticket]) -> None:
    """By date come the events to come, the next one first; a venue is searched like a title."""
    for title, days, venue in [("Far", 9, "Olympia"), ("Near", 2, None), ("Over", -2, "Olympia")]:
        at = now() + timedelta(days=days)
        ticket = Ticket(id=new_id(), title=title, price=5, user_id=new_id()).with_listing()
        await tickets.save(ticket.model_copy(update={"starts_at": at, "venue": venue}))
    await on_sale(tickets, ("Undated", 5))

    assert await titles(api, sort="date") == ["Near", "Far"]
    assert await titles(api, q="far olym") == ["Far"]
    first = await api.get("/api/tickets?sort=date&limit=1")
    second = await api.get(f"/api/tickets{first.links['next']['url']}")
    assert [ticket["title"] for ticket in second.json()] == ["Far"]


@pytest.mark.parametrize(
    ("parameters", "field", "message"),
    [
        ({"sort": "dearest"}, "sort", "Sort must be one of newest, price, -price, title, date"),
        ({"sort": ""}, "sort", "Sort must be one of newest, price, -price, title, date"),
        ({"q": "x" * 101}, "q", "Search must be at most 100 characters"),
        ({"minPrice": "-1"}, "minPrice", "MinPrice must be from 0 to 999999.99"),
        ({"maxPrice": "1,000"}, "maxPrice", "MaxPrice must be from 0 to 999999.99"),
        ({"maxPrice": "nan"}, "maxPrice", "MaxPrice must be from 0 to 999999.99"),
        ({"maxPrice": "1e999"}, "maxPrice", "MaxPrice must be from 0 to 999999.99"),
        ({"maxPrice": ""}, "maxPrice", "MaxPrice must be from 0 to 999999.99"),
        ({"limit": "0"}, "limit", "Limit must be from 1 to 500"),
    ],
)
async def test_refuses_what_it_does_not_know(
    api: httpx.AsyncClient, parameters: dict[str, str], field: str, message: str
) -> None:
    """With the field's name, in the words of every other refusal."""
    response = await api.get("/api/tickets", params=parameters)

    assert response.status_code == 400
    assert response.json() == {"errors": [{"message": message, "field": field}]}


async def test_an_answer_says_nothing_of_the_index(
    api: httpx.AsyncClient, tickets: Store[Ticket]
) -> None:
    """A ticket is what it ever was, in a search too."""
    await on_sale(tickets, ("Swan Lake", 80))

    for query in ("", "?q=swan", "?sort=title", "?sort=price"):
        [ticket] = (await api.get(f"/api/tickets{query}")).json()
        assert set(ticket) == {"id", "title", "price", "userId", "version", "orderId"}
