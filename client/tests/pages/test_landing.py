"""/ : the tickets on sale."""

import pytest

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, str]


def titles(browser: Browser) -> list[str]:
    assert browser.page
    return [tag.get_text() for tag in browser.page.soup.select(".ticket-link")]


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

    assert page.header == ["Sell Tickets", "My Listings", "My Orders", "Sign Out"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=swan", ["Swan Lake"]),
        ("?q=LAKE%20swan", ["Swan Lake"]),
        ("?q=opera", []),
        ("?q=SWÂN+l", ["Swan Lake"]),
        ("?q=wan", []),
        ("?minPrice=100", ["Arsenal v Chelsea"]),
        ("?maxPrice=$100.00&q=swan", ["Swan Lake"]),
        ("?minPrice=&maxPrice=+&q=++", ["Arsenal v Chelsea", "Swan Lake"]),
        ("?minPrice=cheap", ["Arsenal v Chelsea", "Swan Lake"]),
        ("?sort=price", ["Swan Lake", "Arsenal v Chelsea"]),
        ("?sort=-price", ["Arsenal v Chelsea", "Swan Lake"]),
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
    """24 tickets a page; the one pager keeps the search, and leads to each ticket on sale."""
    for number in range(50):
        api.market.list_ticket("someone", f"Concert {number}", 10)
    api.market.list_ticket("someone", "Opera", 10)

    page = await visitor.open("/?q=concert&sort=price")
    assert page.one(".shelf-count").get_text() == "more than 24 found"
    seen = titles(visitor)
    while page.has("a[rel=next]"):
        page = await visitor.open(str(page.one("a[rel=next]")["href"]))
        seen += titles(visitor)

    assert sorted(seen) == sorted(f"Concert {number}" for number in range(50))
    assert page.one("a[rel=first]")["href"] == "/?q=concert&sort=price"
    assert len(page.soup.select(".pager")) == 1


async def test_what_is_searched_for_can_be_cleared(shelf: None, visitor: Browser) -> None:
    """Each part by itself, and it is said what was left out."""
    page = await visitor.open("/?q=swan&minPrice=12.5&maxPrice=x%3Cy&sort=title")

    assert [link["href"] for link in page.soup.select(".wanted a")] == [
        "/?sort=title&minPrice=12.5",
        "/?q=swan&sort=title",
    ]
    assert page.one("#q")["value"] == "swan"
    assert "“x<y” is not a price" in page.text
    assert page.one(".shelf-count").get_text() == "1 found"


async def test_a_stranger_costs_one_call(api: FakeApi, visitor: Browser) -> None:
    """Without a session there is nobody to ask auth about."""
    await visitor.open("/")

    assert [request.url.path for request in api.requests] == ["/api/tickets"]


@pytest.mark.parametrize("cursor", ["%0d%0aX: y", "a b", "", "x" * 2000, "abc"])
async def test_an_odd_cursor_means_the_newest(shelf: None, visitor: Browser, cursor: str) -> None:
    """What does not look like one does not get as far as the API, which may refuse it, too."""
    page = await visitor.open(f"/?cursor={cursor}")

    assert page.status == 200
    assert titles(visitor) == ["Arsenal v Chelsea", "Swan Lake"]


@pytest.mark.parametrize("path", ["/orders", "/tickets/mine"])
@pytest.mark.parametrize("cursor", ["zzz", "a b"])
async def test_an_odd_cursor_of_ones_own_starts_over(
    api: FakeApi, buyer: Browser, path: str, cursor: str
) -> None:
    """In the lists of one's own, too: no page in a developer's words."""
    (user,) = api.accounts.users
    ticket = api.market.list_ticket(user, "Swan Lake", 10)
    api.market.reserve(ticket["id"], user)

    page = await buyer.open(f"{path}?cursor={cursor}")

    assert page.status == 200
    assert "Swan Lake" in page.text
