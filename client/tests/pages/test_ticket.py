"""/tickets/:id and POST /orders : one ticket, and reserving it."""

from collections.abc import Callable
from typing import Any

import pytest

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


async def test_shows_title_price_and_purchase(visitor: Browser, ticket: Json) -> None:
    """What it is, what it costs, and the button."""
    page = await visitor.open(f"/tickets/{ticket['id']}")

    assert page.title == "Swan Lake, balcony · GitTix"
    assert page.one("h1").text == "Swan Lake, balcony"
    assert "$19.99" in page.text
    assert page.form("Purchase")


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


async def test_a_taken_ticket_has_no_button(
    api: FakeApi, visitor: Browser, buyer: Browser, ticket: Json
) -> None:
    """Others see that somebody has it; its buyer sees the way to pay."""
    await buyer.open(f"/tickets/{ticket['id']}")
    order = await buyer.send("Purchase")

    page = await visitor.open(f"/tickets/{ticket['id']}")
    assert "Somebody has this ticket." in page.text
    assert not page.has("form[action='/orders']")

    page = await buyer.open(f"/tickets/{ticket['id']}")
    assert page.one(".actions a.btn")["href"] == order.path
    assert page.one(".actions-text").get_text().endswith(" UTC.")


async def test_the_owner_edits_instead(seller: Browser, api: FakeApi) -> None:
    """The seller of a ticket is not offered to buy it."""
    (user,) = api.accounts.users
    own = api.market.list_ticket(user, "My own", 5)

    page = await seller.open(f"/tickets/{own['id']}")

    assert page.one(".actions a.btn")["href"] == f"/tickets/{own['id']}/edit"
    assert not page.has("form[action='/orders']")


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


@pytest.mark.parametrize("id", ["0" * 24, "nonsense", "..%2f..%2forders", "x?y=1"])
async def test_no_such_ticket(visitor: Browser, id: str) -> None:
    """An unknown or malformed id is a page of ours that says so."""
    page = await visitor.open(f"/tickets/{id}")

    assert page.status == 404
    assert "There is nothing here" in page.text
    assert page.header == ["Sign Up", "Sign In"]
