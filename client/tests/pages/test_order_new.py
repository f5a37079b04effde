"""POST /orders : reserving a ticket, at the price that was seen."""

from collections.abc import Callable
from typing import Any

import httpx

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


async def test_a_stranger_signs_in_and_comes_back(visitor: Browser, ticket: Json) -> None:
    """Buying needs an account; afterwards the visitor is at the ticket again."""
    await visitor.open(f"/tickets/{ticket['id']}")

    page = await visitor.send("Purchase")

    assert page.path == f"/auth/signin?next=/tickets/{ticket['id']}"


async def test_reserves(api: FakeApi, buyer: Browser, ticket: Json) -> None:
    """Purchase leads to the order, which is confirmed by then."""
    api.lag["confirm"] = 2
    await buyer.open(f"/tickets/{ticket['id']}")

    page = await buyer.send("Purchase")

    (order,) = api.market.orders.values()
    assert page.path == f"/orders/{order['id']}"
    assert page.one("#panel")["data-state"] == "open"


async def test_waits_for_orders_to_hear_of_a_new_ticket(
    api: FakeApi, buyer: Browser, ticket: Json
) -> None:
    """A ticket on the page can be bought, even if orders is a moment behind."""
    api.lag["orders"] = 3
    await buyer.open(f"/tickets/{ticket['id']}")

    page = await buyer.send("Purchase")

    assert page.path.startswith("/orders/")


async def test_a_second_click_leads_to_the_same_order(
    api: FakeApi, buyer: Browser, ticket: Json
) -> None:
    """Who holds the ticket already is sent to their order, not told that it is taken."""
    await buyer.open(f"/tickets/{ticket['id']}")
    first = await buyer.send("Purchase")

    second = await buyer.post("/orders", {"ticketId": ticket["id"]})

    assert second.path == first.path
    assert len(api.market.orders) == 1


async def test_somebody_was_faster(
    api: FakeApi, buyer: Browser, new_browser: Callable[[], Browser], ticket: Json
) -> None:
    """The loser of a race is told so, and that nothing was charged."""
    other = new_browser()
    await other.sign_up("other@example.com")
    await buyer.open(f"/tickets/{ticket['id']}")
    await other.open(f"/tickets/{ticket['id']}")
    await other.send("Purchase")

    page = await buyer.send("Purchase")

    assert page.status == 409
    assert "Somebody was faster" in page.text
    assert "You were not charged." in page.text
    assert len(api.market.orders) == 1


async def test_no_answer_to_an_order(api: FakeApi, buyer: Browser, ticket: Json) -> None:
    """When orders does not answer the page says what may have happened, and to the money."""
    await buyer.open(f"/tickets/{ticket['id']}")
    api.away = {"orders"}

    page = await buyer.send("Purchase")

    assert page.status == 503
    assert "may be reserved for you already" in page.text
    assert "You were not charged." in page.text
    assert "Swan Lake" in page.text


async def test_an_answer_that_got_lost(api: FakeApi, buyer: Browser, ticket: Json) -> None:
    """If the order was made all the same, the buyer gets to it."""
    await buyer.open(f"/tickets/{ticket['id']}")
    user = next(u for u in api.accounts.users.values() if u["email"] == "buyer@example.com")
    order = api.market.reserve(ticket["id"], user["id"])

    page = await buyer.send("Purchase")

    assert page.path == f"/orders/{order['id']}"


async def test_too_many_orders_are_said_so(api: FakeApi, buyer: Browser, ticket: Json) -> None:
    """On the ticket's own page, in the sentence that says why and when."""
    why = "You have 10 open orders already, please pay for one, or try again in 9 minutes"
    await buyer.open(f"/tickets/{ticket['id']}")
    api.odd["orders"] = httpx.Response(429, json={"errors": [{"message": why}]})

    page = await buyer.send("Purchase")

    assert page.status == 429
    assert page.one(".alert").get_text() == f"{why}."
    assert page.one("h1").get_text() == ticket["title"]


async def test_a_price_that_changed_is_asked_about_again(
    api: FakeApi, buyer: Browser, ticket: Json
) -> None:
    """$19.99 seen is not $450 reserved: the page says so, shows the new price, and a second click
    orders at that."""
    await buyer.open(f"/tickets/{ticket['id']}")
    api.market.tickets[ticket["id"]]["price"] = 450

    page = await buyer.send("Purchase")

    assert page.status == 409
    assert "The price has changed since you looked" in page.one(".alert").text
    assert page.one(".ticket .price").text == "$450.00"
    assert api.market.orders == {}

    await buyer.send("Purchase")
    (order,) = api.market.orders.values()
    assert order["ticket"]["price"] == 450


async def test_waits_for_orders_to_hear_of_a_new_price(
    api: FakeApi, buyer: Browser, ticket: Json
) -> None:
    """What the page shows is the price, even if orders is a moment behind: nobody is asked."""
    api.lag["price"] = 3
    await buyer.open(f"/tickets/{ticket['id']}")

    page = await buyer.send("Purchase")

    assert page.path.startswith("/orders/")


async def test_a_page_of_before_sends_no_price(api: FakeApi, buyer: Browser, ticket: Json) -> None:
    """A form without one is ordered at what the ticket costs."""
    page = await buyer.post("/orders", {"ticketId": ticket["id"]})

    assert page.path.startswith("/orders/")
