"""/tickets/:id : one ticket, and whose it is."""

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


async def test_a_taken_ticket_has_no_button(
    api: FakeApi, visitor: Browser, buyer: Browser, ticket: Json
) -> None:
    """Others see that somebody has it; its buyer sees the way to pay."""
    await buyer.open(f"/tickets/{ticket['id']}")
    order = await buyer.send("Purchase")

    page = await visitor.open(f"/tickets/{ticket['id']}")
    assert "Somebody has reserved this ticket." in page.text
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


@pytest.mark.parametrize("id", ["0" * 24, "nonsense", "..%2f..%2forders", "x?y=1"])
async def test_no_such_ticket(visitor: Browser, id: str) -> None:
    """An unknown or malformed id is a page of ours that says so."""
    page = await visitor.open(f"/tickets/{id}")

    assert page.status == 404
    assert "There is nothing here" in page.text
    assert page.header == ["Sign Up", "Sign In"]


async def test_sold_says_sold(api: FakeApi, visitor: Browser, buyer: Browser, ticket: Json) -> None:
    """To others, for good; to its buyer it says that it is theirs."""
    await buyer.open(f"/tickets/{ticket['id']}")
    await buyer.send("Purchase")
    (order,) = api.market.orders.values()
    order["status"] = "complete"

    page = await visitor.open(f"/tickets/{ticket['id']}")
    assert "This ticket is sold." in page.text
    assert not page.has("[data-follow]")
    assert "You bought this ticket." in (await buyer.open(f"/tickets/{ticket['id']}")).text


@pytest.mark.parametrize(
    ("away", "whose", "said"),
    [
        ("orders", "buyer", "We can't see right now who has this ticket."),
        ("orders", "visitor", "Somebody has reserved this ticket."),
        ("state", "visitor", "This ticket is not on sale right now."),
        ("state", "buyer", "It is reserved for you"),
    ],
)
async def test_unknown_is_not_somebody_elses(
    api: FakeApi, visitor: Browser, buyer: Browser, ticket: Json, away: str, whose: str, said: str
) -> None:
    """While a service is down, a page says no more than what is known, and looks again."""
    await buyer.open(f"/tickets/{ticket['id']}")
    await buyer.send("Purchase")
    if away == "state":  # as of an older version, too
        api.market.tickets[str(ticket["id"])]["stateless"] = True
    else:
        api.away.add(away)

    page = await {"buyer": buyer, "visitor": visitor}[whose].open(f"/tickets/{ticket['id']}")

    assert said in page.text
    assert page.has("[data-follow]") == ("reserved for you" not in said)


async def test_a_sellers_page_of_a_ticket_is_right_among_many(
    api: FakeApi, seller: Browser
) -> None:
    """However many others there are, and whichever page of their listings it is on."""
    (user,) = api.accounts.users
    sold = api.market.list_ticket(user, "The first", 45)
    api.market.reserve(sold["id"], "somebody")
    (order,) = api.market.orders.values()
    order["status"] = "complete"
    for number in range(600):
        api.market.list_ticket(user, f"Later {number}", 10)

    assert "Your ticket was sold for $45.00." in (await seller.open(f"/tickets/{sold['id']}")).text
    page = await seller.open("/tickets/mine?state=sold")
    assert [tag.get_text() for tag in page.soup.select(".row-main h2")] == ["The first"]
    states = [" ".join(link.get_text().split()) for link in page.soup.select(".states a")]
    assert states == ["All 601", "On sale 600", "Sold 1"]
    assert page.one(".states [aria-current]")["href"] == "/tickets/mine?state=sold"
