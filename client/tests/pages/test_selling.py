"""/tickets/new and /tickets/mine : the seller's side."""

from collections.abc import Callable

import httpx
import pytest

from client.tests.pages.selling import sell
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi


async def test_lists_a_ticket(seller: Browser) -> None:
    """The ticket is there on the next page, with a word on it."""
    await seller.open("/tickets/new")

    page = await seller.send("List the ticket", title="Swan Lake", price="19.99")

    assert page.path.startswith("/tickets/mine")
    assert "“Swan Lake” is on sale for $19.99." in page.text
    assert page.one(".row-item .state").text == "Listed"


async def test_waits_for_the_ticket_to_appear(api: FakeApi, seller: Browser) -> None:
    """A list that is a moment behind is asked again rather than shown without the ticket."""
    await seller.open("/tickets/new")
    api.lag["mine"] = 3

    page = await seller.send("List the ticket", title="Swan Lake", price="19.99")

    assert "“Swan Lake” is on sale" in page.text


async def test_is_on_sale_for_everybody(seller: Browser, visitor: Browser) -> None:
    """Others find it on the landing page at once."""
    await sell(seller)

    page = await visitor.open("/")

    assert "Swan Lake" in page.text


async def test_says_what_is_wrong(seller: Browser) -> None:
    """Errors stand beside the fields with the input kept."""
    await seller.open("/tickets/new")

    page = await seller.send("List the ticket", title="", price="-3")

    assert page.status == 400
    assert page.one("#title-error").text == "Title is required"
    assert page.one("#price-error").text == "Price must be greater than 0"
    assert page.one("#price")["value"] == "-3"


async def test_thousands_stay_thousands(api: FakeApi, seller: Browser) -> None:
    """1,250 went on sale at $1.25: it is what its seller means, for a new ticket and an edit."""
    id = await sell(seller, price="1,250")
    assert float(api.market.tickets[id]["price"]) == 1250

    await seller.open(f"/tickets/{id}/edit")
    await seller.send("Save", price="19,99")

    assert float(api.market.tickets[id]["price"]) == 19.99


@pytest.mark.parametrize("path", ["/tickets/new", "/tickets/OWN/edit"])
async def test_a_price_that_is_not_clear_is_not_sent(
    api: FakeApi, seller: Browser, path: str
) -> None:
    """The form comes back as it was typed, with the reason beside the field and an example."""
    path = path.replace("OWN", await sell(seller))
    await seller.open(path)
    before = len(api.requests)

    page = await seller.send(
        "Save" if "edit" in path else "List the ticket", title="", price="1.250"
    )

    assert page.status == 400
    assert page.one("#title-error").text == "Title is required"
    assert "two decimals, like 1250.00" in page.one("#price-error").text
    assert page.one("#price")["value"] == "1.250"
    assert not [each for each in api.requests[before:] if each.method != "GET"]


async def test_says_what_is_understood_while_it_is_typed(visitor: Browser) -> None:
    """For the script, which leaves the rule to us."""
    clear = await visitor.http.get("/tickets/price", params={"typed": "1,250"})
    unclear = await visitor.http.get("/tickets/price", params={"typed": "€45"})

    assert clear.json() == {"text": "Buyers pay $1,250.00.", "wrong": False}
    assert unclear.json()["wrong"]


@pytest.mark.parametrize("path", ["/tickets/new", "/tickets/mine", "/orders"])
async def test_is_for_users(visitor: Browser, path: str) -> None:
    """A stranger signs in first, and is then where they wanted to be."""
    page = await visitor.open(path)

    assert page.path == f"/auth/signin?next={path}"
    assert page.one("input[name=next]")["value"] == path


async def test_no_answer_warns_of_listing_twice(api: FakeApi, seller: Browser) -> None:
    """Without an answer the ticket may or may not be listed, and the page says so."""
    await seller.open("/tickets/new")
    api.slow = {"tickets": 1}

    page = await seller.send("List the ticket", title="Swan Lake", price="19.99")

    assert page.status == 503
    assert "may be listed already" in page.text
    assert page.one("#title")["value"] == "Swan Lake"


async def test_a_sold_ticket(seller: Browser, buyer: Browser) -> None:
    """The seller sees that it is sold."""
    id = await sell(seller)
    await buyer.open(f"/tickets/{id}")
    await buyer.send("Purchase")
    await buyer.send("Pay $19.99")

    page = await seller.open("/tickets/mine")
    assert page.one(".row-item .state").text == "Sold"

    page = await seller.open(f"/tickets/{id}")
    assert "Your ticket was sold for $19.99." in page.text
    assert "It was paid for on" in page.text


async def test_empty_state(seller: Browser) -> None:
    """Who has not listed anything is invited to."""
    page = await seller.open("/tickets/mine")

    assert "You have not listed a ticket yet" in page.text


async def test_the_list_is_away(
    api: FakeApi, seller: Browser, new_browser: Callable[[], Browser]
) -> None:
    """The page says so and keeps its header."""
    api.away = {"tickets"}

    page = await seller.open("/tickets/mine")

    assert page.status == 503
    assert "Your tickets can't be shown right now" in page.text
    assert "My Orders" in page.header


@pytest.mark.parametrize(
    ("method", "button"), [("POST", "List the ticket"), ("PUT", "Save")], ids=["new", "edit"]
)
async def test_too_many_listings_cost_nothing_that_was_typed(
    api: FakeApi, seller: Browser, method: str, button: str
) -> None:
    """The form says why and when, and is as it was left."""
    why = "You have listed or changed too many tickets, please try again in 9 seconds"
    refusal = httpx.Response(429, json={"errors": [{"message": why}]})
    id = await sell(seller)
    api.odd[f"{method} tickets"] = refusal
    await seller.open("/tickets/new" if method == "POST" else f"/tickets/{id}/edit")

    page = await seller.send(button, title="Nutcracker", price="12")

    assert page.status == 429
    assert page.one(".alert li").get_text() == why
    assert page.one("#title")["value"] == "Nutcracker"


async def test_a_sale_brought_the_orders_price(api: FakeApi, seller: Browser) -> None:
    """What the buyer paid is what the seller reads, on both pages; it was changed after that."""
    id = await sell(seller, price="45")
    order = api.market.reserve(id, "somebody")
    order["status"] = "complete"
    api.market.tickets[id]["price"] = 450

    assert (await seller.open("/tickets/mine")).one(".row-price").text == "$45.00"
    assert "Your ticket was sold for $45.00." in (await seller.open(f"/tickets/{id}")).text
