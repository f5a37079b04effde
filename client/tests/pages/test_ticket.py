"""/tickets/:id and POST /orders : one ticket, and reserving it."""

from collections.abc import Callable
from typing import Any

import httpx
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

    assert "You sold this ticket for $45.00." in (await seller.open(f"/tickets/{sold['id']}")).text
    page = await seller.open("/tickets/mine?state=sold")
    assert [tag.get_text() for tag in page.soup.select(".row-main h2")] == ["The first"]
    states = [" ".join(link.get_text().split()) for link in page.soup.select(".states a")]
    assert states == ["All 601", "On sale 600", "Sold 1"]
    assert page.one(".states [aria-current]")["href"] == "/tickets/mine?state=sold"


async def test_ones_orders_by_state_and_page(api: FakeApi, buyer: Browser) -> None:
    """Counted, each once, and the pager stays in the state."""
    (user,) = api.accounts.users
    for number in range(120):
        ticket = api.market.list_ticket("someone", f"Show {number}", 10)
        order = api.market.reserve(ticket["id"], user)
        if number % 2:
            api.market.cancel(order["id"])

    page = await buyer.open("/orders?state=cancelled")
    seen = [tag.get_text() for tag in page.soup.select(".row-main h3")]
    while page.has("a[rel=next]"):
        page = await buyer.open(str(page.one("a[rel=next]")["href"]))
        seen += [tag.get_text() for tag in page.soup.select(".row-main h3")]

    assert seen == [f"Show {number}" for number in range(119, 0, -2)]
    assert page.one("a[rel=first]")["href"] == "/orders?state=cancelled"
    states = [" ".join(link.get_text().split()) for link in page.soup.select(".states a")]
    assert states == ["All 120", "To pay 60", "Ended 60"]
