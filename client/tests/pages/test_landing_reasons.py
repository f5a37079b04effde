"""/ : why a search finds nothing, and what is counted."""

from datetime import UTC, datetime, timedelta

import pytest

from ticketing_client.testing.answers import moment
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=opera", "No ticket on sale is called “opera”"),
        ("maxPrice=10", "No ticket on sale costs that"),
        ("q=zebra&maxPrice=10", "No ticket on sale called “zebra” costs that"),
        ("sort=date", "No ticket on sale says when its event is"),
        ("q=zebra&sort=date", "No ticket on sale called “zebra” says when its event is"),
        ("maxPrice=60&sort=date", "No ticket on sale costs that and says when its event is"),
        (
            "q=zebra&maxPrice=60&sort=date",
            "No ticket on sale called “zebra” costs that and says when its event is",
        ),
    ],
)
async def test_names_each_reason(api: FakeApi, visitor: Browser, query: str, said: str) -> None:
    """A ticket that another price or another order would show is not said to be missing."""
    api.market.list_ticket("someone", "Zebra rock", 50)

    page = await visitor.open(f"/?{query}")

    assert " ".join(page.one(".empty h3").get_text().split()) == said


async def test_a_search_by_date_leads_to_those_without(api: FakeApi, visitor: Browser) -> None:
    """The same search, in an order that has a place for them."""
    api.market.list_ticket("someone", "Zebra rock", 50)
    page = await visitor.open("/?q=zebra&minPrice=20&sort=date")

    page = await visitor.open(str(page.one(".empty p a")["href"]))

    assert page.path == "/?q=zebra&minPrice=20"
    assert page.one(".ticket-link").text == "Zebra rock"


@pytest.mark.parametrize(
    ("query", "counted"),
    [
        ("", "2 listed"),
        ("q=zebra", "2 found"),
        ("sort=date", "1 with a date to come"),
        ("q=zebra&sort=date", "1 found with a date to come"),
    ],
)
async def test_what_is_counted(api: FakeApi, visitor: Browser, query: str, counted: str) -> None:
    """By date, the tickets without one are left out, and it is said so."""
    api.market.list_ticket("someone", "Zebra rock", 50)
    dated = api.market.list_ticket("someone", "Zebra jazz", 50)
    dated["startsAt"] = moment(datetime.now(UTC) + timedelta(days=1))

    page = await visitor.open(f"/?{query}")

    assert page.one(".shelf-count").text == counted


async def test_a_begun_event_is_not_counted_as_on_sale(api: FakeApi, visitor: Browser) -> None:
    """Nobody can buy its ticket, which says so beside it."""
    begun = api.market.list_ticket("someone", "Zebra rock", 50)
    begun["startsAt"] = moment(datetime.now(UTC) - timedelta(minutes=1))

    page = await visitor.open("/")

    assert "on sale" not in page.one(".shelf").text
    assert page.one(".ticket-note").text == "Its event has begun"
