"""GET /api/tickets with a search, page after page."""

import httpx
import pytest

from ticketing_common.store import Store
from ticketing_tickets.models.ticket import Ticket
from tickets.tests.routes.searching import all_pages, on_sale


@pytest.mark.parametrize("sort", ["newest", "price", "-price", "title"])
@pytest.mark.parametrize("q", ["", "&q=show&minPrice=1"])
async def test_nothing_twice_and_nothing_skipped(
    api: httpx.AsyncClient, tickets: Store[Ticket], sort: str, q: str
) -> None:
    """However much is equal, each is on one page; and whoever lists meanwhile moves nobody."""
    await on_sale(tickets, *[(f"Show {n % 3}", 10 + n % 2 * 0.5) for n in range(11)])
    whole = await all_pages(api, f"sort={sort}&limit=500{q}")

    first = await api.get(f"/api/tickets?sort={sort}&limit=2{q}")
    await on_sale(tickets, ("Show 0", 10), ("Show 1", 11), ("Show 2", 9))
    rest = await all_pages(api, first.links["next"]["url"].removeprefix("?"))

    seen = [*(ticket["id"] for ticket in first.json()), *rest]
    assert len(whole) == 11
    assert [id for id in seen if id in whole] == whole
    assert len(set(seen)) == len(seen)


async def test_a_link_keeps_what_was_asked_for(
    api: httpx.AsyncClient, tickets: Store[Ticket]
) -> None:
    """The next page is of the same search."""
    await on_sale(tickets, ("Été & co", 5), ("Été & co", 6))

    response = await api.get("/api/tickets?q=ete+%26+co&sort=price&maxPrice=9&limit=1&other=x")

    following = httpx.URL(response.links["next"]["url"]).params
    assert dict(following) | {"cursor": ""} == {
        "q": "ete & co", "sort": "price", "maxPrice": "9", "limit": "1", "cursor": ""
    }  # fmt: skip


async def test_a_cursor_is_of_its_sort(api: httpx.AsyncClient, tickets: Store[Ticket]) -> None:
    """One of another order, or with a value that no ticket can have, leads nowhere."""
    await on_sale(tickets, ("a", 5), ("b", 6))
    cursors = {}
    for sort in ("newest", "price", "title"):
        response = await api.get("/api/tickets", params={"sort": sort, "limit": 1})
        cursors[sort] = httpx.URL(response.links["next"]["url"]).params["cursor"]
    wrong = [(sort, cursor) for sort in cursors for of, cursor in cursors.items() if of != sort]
    id = "AAAAAAAAAAAAAAAA"
    values = "MTg0NDY3NDQwNzM3MDk1NTE2MTUg", "WzFd", "bnVs", "____", "dHJ1ZSAg"  # 2**64-1, [1], ...

    for sort, cursor in [
        *wrong,
        *(("price", id + value) for value in values),
        ("title", "MTAw"),
        ("date", id + "MWUyMCAg"),
    ]:
        response = await api.get("/api/tickets", params={"sort": sort, "cursor": cursor})

        assert response.status_code == 400, (sort, cursor)
        assert [error["field"] for error in response.json()["errors"]] == ["cursor"]
