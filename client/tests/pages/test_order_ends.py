"""/orders/:id of an order that its buyer cancels, or whose time runs out."""

from typing import Any

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


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
