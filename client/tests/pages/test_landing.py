"""/ : the tickets on sale."""

import pytest
from bs4 import Tag

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, str]


def titles(browser: Browser) -> list[str]:
    assert browser.page
    return [tag.get_text() for tag in browser.page.soup.select(".ticket-link")]


def links_to(browser: Browser, name: str) -> list[Tag]:
    assert browser.page
    return [link for link in browser.page.soup.find_all("a") if link.get_text() == name]


@pytest.fixture
def shelf(api: FakeApi) -> None:
    """Three tickets, the last one reserved."""
    seller = api.accounts.add("stranger@example.com")["id"]
    api.market.list_ticket(seller, "Swan Lake", 80)
    api.market.list_ticket(seller, "Arsenal v Chelsea", 120.5)
    reserved = api.market.list_ticket(seller, "Gone already", 5)
    api.market.reserve(reserved["id"], api.accounts.add("other@example.com")["id"])


async def test_shows_the_free_tickets(shelf: None, visitor: Browser) -> None:
    """Each ticket that is free is there with its price and the way to it, newest first."""
    page = await visitor.open("/")

    assert page.status == 200
    assert titles(visitor) == ["Arsenal v Chelsea", "Swan Lake"]
    assert "$120.50" in page.text
    assert "$80.00" in page.text


async def test_invites_when_there_is_nothing(visitor: Browser) -> None:
    """An empty shop invites the visitor to sell."""
    page = await visitor.open("/")

    assert "Nothing on sale right now" in page.text
    assert page.one(".empty a")["href"] == "/tickets/new"


async def test_header_of_a_stranger(visitor: Browser) -> None:
    """Signed out, the header offers to sign up and to sign in."""
    page = await visitor.open("/")

    assert page.header == ["Sign Up", "Sign In"]


async def test_header_of_a_user(buyer: Browser) -> None:
    """Signed in, the header offers to sell, one's own things, and to leave."""
    page = await buyer.open("/")

    assert page.header == ["Sell Tickets", "My Tickets", "My Orders", "Sign Out"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=swan", ["Swan Lake"]),
        ("?q=LAKE%20swan", ["Swan Lake"]),
        ("?q=opera", []),
        ("?sort=cheapest", ["Swan Lake", "Arsenal v Chelsea"]),
        ("?sort=dearest", ["Arsenal v Chelsea", "Swan Lake"]),
        ("?sort=title", ["Arsenal v Chelsea", "Swan Lake"]),
        ("?sort=nonsense&page=x", ["Arsenal v Chelsea", "Swan Lake"]),
        ("?page=99", ["Arsenal v Chelsea", "Swan Lake"]),
        ("?page=-1", ["Arsenal v Chelsea", "Swan Lake"]),
        ("?page=%C2%B2", ["Arsenal v Chelsea", "Swan Lake"]),
    ],
)
async def test_searches_and_sorts(
    shelf: None, visitor: Browser, query: str, expected: list[str]
) -> None:
    """The words of a search all have to be in the title; odd wishes give the first page."""
    page = await visitor.open(f"/{query}")

    assert page.status == 200
    assert titles(visitor) == expected


async def test_pages_through_many(api: FakeApi, visitor: Browser) -> None:
    """24 tickets a page, and the links to the others keep the search."""
    for number in range(50):
        api.market.list_ticket("someone", f"Concert {number}", 10)

    page = await visitor.open("/?q=concert&page=2")

    assert "Page 2 of 3" in page.text
    assert len(titles(visitor)) == 24
    assert page.one("a[rel=prev]")["href"] == "/?q=concert"
    assert page.one("a[rel=next]")["href"] == "/?q=concert&page=3"


async def test_a_stranger_costs_one_call(api: FakeApi, visitor: Browser) -> None:
    """Without a session there is nobody to ask auth about."""
    await visitor.open("/")

    assert [request.url.path for request in api.requests] == ["/api/tickets"]


async def test_leads_to_older_tickets(api: FakeApi, visitor: Browser) -> None:
    """What the API gives at a time is not the end: each ticket on sale can be reached."""
    seller = api.accounts.add("stranger@example.com")["id"]
    listed = [api.market.list_ticket(seller, f"Show {n}", 10)["title"] for n in range(130)]

    page = await visitor.open("/")
    counts, seen = [], titles(visitor)
    while further := page.soup.select('a[rel="next"]') or links_to(visitor, "Older tickets"):
        counts.append(page.one(".shelf-count").get_text())
        page = await visitor.open(str(further[0]["href"]))
        seen += titles(visitor)

    assert seen == listed[::-1]
    assert counts == ["100 newest"] * 5 + ["30 older ones"]
    assert [link["href"] for link in links_to(visitor, "Newest tickets")] == ["/"]


async def test_searches_where_one_is(api: FakeApi, visitor: Browser) -> None:
    """A search among older tickets stays there and says what it searched."""
    seller = api.accounts.add("stranger@example.com")["id"]
    for number in range(130):
        api.market.list_ticket(seller, f"Show {number}", 10)

    await visitor.open("/")
    await visitor.open(str(links_to(visitor, "Older tickets")[0]["href"]))
    assert visitor.page
    cursor = visitor.page.one('form [name="before"]')["value"]
    page = await visitor.open(f"/?q=show+29&before={cursor}")

    assert titles(visitor) == ["Show 29"]
    assert page.one(".shelf-count").get_text() == "1 found among these"


@pytest.mark.parametrize("before", ["%0d%0aX: y", "a b", "&cursor=", "x" * 1000])
async def test_an_odd_cursor_means_the_newest(shelf: None, visitor: Browser, before: str) -> None:
    """Nothing but what looks like a cursor gets as far as the API."""
    page = await visitor.open(f"/?before={before}")

    assert page.status == 200
    assert titles(visitor) == ["Arsenal v Chelsea", "Swan Lake"]
