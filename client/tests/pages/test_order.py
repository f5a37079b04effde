"""/orders/:id : the time left, cancelling, expiring, and ordering again."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from ticketing_client.testing.answers import moment
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi
from ticketing_client.testing.till import CUTOFF

Json = dict[str, Any]


@pytest.fixture
async def order(api: FakeApi, buyer: Browser, ticket: Json) -> Json:
    """The buyer's order of the ticket; the browser is on its page."""
    await buyer.open(f"/tickets/{ticket['id']}")
    await buyer.send("Purchase")
    (order,) = api.market.orders.values()
    return order


async def test_shows_what_and_until_when(buyer: Browser, order: Json) -> None:
    """The ticket, its price, the deadline for people and for scripts, and no charge so far."""
    page = await buyer.open(f"/orders/{order['id']}")

    assert "Swan Lake, balcony" in page.text
    assert "$19.99" in page.text
    assert "You have not been charged." in page.text
    until = moment(datetime.fromisoformat(order["expiresAt"]) - CUTOFF)
    assert page.one("time")["datetime"] == until
    assert page.one("time").text.endswith(" UTC")
    deadline = datetime.fromtimestamp(int(str(page.one("#panel")["data-deadline"])) / 1000, UTC)
    assert moment(deadline) == until


async def test_tells_the_servers_time(buyer: Browser, order: Json) -> None:
    """The page and its panel say what time the server has, so that a wrong clock does no harm."""
    before = datetime.now(UTC).timestamp() * 1000 - 1
    page = await buyer.open(f"/orders/{order['id']}")
    panel = await buyer.open(f"/orders/{order['id']}/panel")
    after = datetime.now(UTC).timestamp() * 1000 + 1

    assert before <= int(str(page.one("#order")["data-server-now"])) <= after
    assert before <= int(panel.response.headers["x-server-now"]) <= after


async def test_counts_to_the_last_moment_a_payment_can_start(
    api: FakeApi, buyer: Browser, order: Json
) -> None:
    """Where payments says until when it takes one, that is the deadline on the page."""
    until = "2099-01-01T00:00:00.000Z"
    api.till.payments[order["id"]]["payableUntil"] = until

    page = await buyer.open(f"/orders/{order['id']}")

    assert page.one("time")["datetime"] == until


async def test_leaving_and_coming_back_keeps_the_order(buyer: Browser, order: Json) -> None:
    """The order is among one's orders, with its deadline and the way to pay."""
    page = await buyer.open("/orders")

    row = page.one(".row-item")
    assert "Swan Lake, balcony" in row.text
    assert page.one(".row-item .btn")["href"] == f"/orders/{order['id']}"
    assert page.one(".row-item .state").text == "To pay"


async def test_cancels(api: FakeApi, buyer: Browser, order: Json) -> None:
    """Cancelling says that nothing was charged and offers the ticket again."""
    page = await buyer.send("Cancel the order")

    assert api.market.orders[order["id"]]["status"] == "cancelled"
    assert page.one("h1").text == "Order cancelled"
    assert "You were not charged." in page.text
    assert page.form("Order again")


async def test_stays_cancelled(api: FakeApi, buyer: Browser, order: Json) -> None:
    """Given back is given back, also when the order's time would be over."""
    await buyer.send("Cancel the order")
    api.market.run_out(order["id"])

    page = await buyer.open(f"/orders/{order['id']}")
    listed = await buyer.open("/orders")

    assert page.one("h1").text == "Order cancelled"
    assert "You gave the ticket back." in page.text
    assert "You gave the ticket back." in listed.text
    assert listed.one(".state").text == "Cancelled"


async def test_one_deadline_everywhere(buyer: Browser, order: Json) -> None:
    """The order's page, the list and the ticket's page name the same moment."""
    pages = ("/orders", f"/orders/{order['id']}", f"/tickets/{order['ticket']['id']}")

    moments = {str((await buyer.open(page)).one("time")["datetime"]) for page in pages}

    assert moments == {moment(datetime.fromisoformat(order["expiresAt"]) - CUTOFF)}


async def test_no_way_to_pay_when_it_is_too_late(buyer: Browser, order: Json) -> None:
    """Between the last moment for a payment and the order's end nobody is sent to pay."""
    order["expiresAt"] = moment(datetime.now(UTC) + CUTOFF / 2)

    for page in ("/orders", f"/orders/{order['id']}", f"/tickets/{order['ticket']['id']}"):
        opened = await buyer.open(page)
        assert not opened.has("[data-pay]")
        offers = [tag.text for tag in opened.soup.select("main .btn, main .state")]
        assert not [offer for offer in offers if "pay" in offer.lower()]
        assert "too late" in opened.text.lower() or "too little time" in opened.text.lower()


async def test_orders_again(api: FakeApi, buyer: Browser, order: Json) -> None:
    """From an ended order one button leads to a new one."""
    await buyer.send("Cancel the order")

    page = await buyer.send("Order again")

    assert page.path.startswith("/orders/")
    assert page.path != f"/orders/{order['id']}"
    assert page.one("#panel")["data-state"] == "open"


async def test_cancelling_what_is_paid(api: FakeApi, buyer: Browser, order: Json) -> None:
    """Too late to cancel: the page says why and shows the ticket as bought."""
    page = await buyer.open(f"/orders/{order['id']}")
    api.till.payments[order["id"]]["status"] = "charged"
    order["status"] = "complete"

    page = await buyer.send("Cancel the order")

    assert page.status == 400
    assert "Cannot cancel a complete order" in page.text
    assert "The ticket is yours" in page.text


async def test_expires(api: FakeApi, buyer: Browser, order: Json) -> None:
    """When the time is over the order is expired at once, free of charge, with a way on."""
    api.market.run_out(order["id"])

    page = await buyer.open(f"/orders/{order['id']}")

    assert page.one("h1").text == "Order Expired"
    assert "You have not been charged." in page.text
    assert "As soon as the ticket is back on sale" in page.text
    assert not page.has("[data-pay]")
    assert page.one("#panel").has_attr("data-follow")


async def test_expired_and_free_again(api: FakeApi, buyer: Browser, order: Json) -> None:
    """Once the ticket is free it can be ordered again from there, at its price of today."""
    api.market.run_out(order["id"])
    api.market.cancel(order["id"])
    api.market.tickets[order["ticket"]["id"]]["price"] = 25

    page = await buyer.open(f"/orders/{order['id']}")

    assert "The ticket is free again, at $25.00." in page.text
    assert page.form("Order again")
    assert not page.one("#panel").has_attr("data-follow")


async def test_expired_and_taken(api: FakeApi, buyer: Browser, order: Json) -> None:
    """If somebody else has the ticket by now, the page says so and goes on looking."""
    api.market.run_out(order["id"])
    api.market.cancel(order["id"])
    api.market.reserve(order["ticket"]["id"], api.accounts.add("other@example.com")["id"])

    page = await buyer.open(f"/orders/{order['id']}")

    assert "Somebody else has reserved the ticket now." in page.text
    assert page.one("#panel")["data-follow"] == "10"


async def test_is_its_owners_alone(
    buyer: Browser, order: Json, new_browser: Callable[[], Browser]
) -> None:
    """Somebody else's order is none of one's business, and says so without a word of it."""
    other = new_browser()
    await other.sign_up("other@example.com")

    page = await other.open(f"/orders/{order['id']}")

    assert page.status == 403
    assert "This belongs to somebody else" in page.text
    assert "Swan Lake" not in page.html


async def test_signed_out_meanwhile(api: FakeApi, buyer: Browser, order: Json) -> None:
    """Who is not signed in any more signs in and comes back to the order."""
    api.accounts.users.clear()

    page = await buyer.open(f"/orders/{order['id']}")

    assert page.path == f"/auth/signin?next=/orders/{order['id']}"


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


@pytest.mark.parametrize("form", ["pay", "cancel"])
async def test_the_addresses_of_its_forms_lead_to_it(
    buyer: Browser, order: Json, form: str
) -> None:
    """Who asks for the address of an answered form again, as after an error, is at the order."""
    page = await buyer.open(f"/orders/{order['id']}/{form}")

    assert page.path == f"/orders/{order['id']}"
    assert "Reserved for you" in page.text


async def test_a_session_that_ended_leads_back_to_the_form(
    api: FakeApi, buyer: Browser, order: Json
) -> None:
    """One signs in again where one was, rather than at the beginning."""
    kept = dict(api.accounts.users)
    api.accounts.users.clear()
    page = await buyer.send("Cancel the order")
    assert page.path == f"/auth/signin?next=/orders/{order['id']}"

    api.accounts.users.update(kept)
    page = await buyer.send("Sign In", email="buyer@example.com", password="password")

    assert page.path == f"/orders/{order['id']}"
