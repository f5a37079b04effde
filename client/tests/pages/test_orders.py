"""/orders : one's orders, by state and page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ticketing_client.testing.answers import moment
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi
from ticketing_client.testing.till import CUTOFF

Json = dict[str, Any]


async def test_leaving_and_coming_back_keeps_the_order(buyer: Browser, order: Json) -> None:
    """The order is among one's orders, with its deadline and the way to pay."""
    page = await buyer.open("/orders")

    row = page.one(".row-item")
    assert "Swan Lake, balcony" in row.text
    assert page.one(".row-item .btn")["href"] == f"/orders/{order['id']}"
    assert page.one(".row-item .state").text == "To pay"


async def test_orders_list_tells_each_state(
    api: FakeApi, buyer: Browser, order: Json, ticket: Json
) -> None:
    """Cancelled and complete orders are kept, and told apart."""
    await buyer.send("Cancel the order")
    await buyer.send("Order again")
    await buyer.send("Pay $19.99")

    page = await buyer.open("/orders")

    assert [tag.text for tag in page.soup.select(".state")] == ["Complete", "Cancelled"]


async def test_no_orders_yet(buyer: Browser) -> None:
    """An empty list invites to browse."""
    page = await buyer.open("/orders")

    assert "No orders yet" in page.text
    assert page.one(".empty a")["href"] == "/"


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
    assert states == ["All 120", "Open 60", "Ended 60"]


async def test_a_purchase_is_history(buyer: Browser, order: Json) -> None:
    """Orders hears of no refund, so the list says where money that went back is told."""
    order["status"] = "complete"

    page = await buyer.open("/orders")

    assert "paid for" not in page.text
    assert "Bought, ordered on" in page.one(".row-main p").text
    assert "Each order says whether money went back to you since." in page.text


@pytest.mark.parametrize("left", [CUTOFF / 2, -CUTOFF])
async def test_too_late_to_pay_is_not_ended(buyer: Browser, order: Json, left: timedelta) -> None:
    """It holds its ticket until somebody ends it, and is counted as open until then."""
    order["expiresAt"] = moment(datetime.now(UTC) + left)

    page = await buyer.open("/orders?state=open")

    assert page.one(".states [aria-current]").get_text() == "Open 1"
    assert page.one("h2").text == "Too late to pay, and not over yet"
    assert "Too late for a payment to begin" in page.one(".row-main p").text
    assert page.one(".row-item .state").text == "Too late"
