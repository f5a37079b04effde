"""Purchase while signed out, and sessions that end while something is being typed."""

from typing import Any

import pytest

from ticketing_client.models import Ticket
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]

ME = {"email": "me@example.com", "password": "password"}
FOREIGN = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}


async def _press_purchase(visitor: Browser, ticket: Json) -> None:
    await visitor.open(f"/tickets/{ticket['id']}")
    await visitor.send("Purchase")


@pytest.mark.parametrize("way", ["Sign In", "Sign Up"])
async def test_leads_straight_to_the_reserved_ticket(
    api: FakeApi, visitor: Browser, ticket: Json, way: str
) -> None:
    """By an account one has or a new one, and each page says so on the way."""
    if way == "Sign In":
        api.accounts.add(**ME)
    await _press_purchase(visitor, ticket)
    page = visitor.page
    assert page
    assert page.path == f"/auth/signin?next=/tickets/{ticket['id']}"
    assert "Swan Lake, balcony is reserved for you at $19.99" in page.text
    if way == "Sign Up":
        page = await visitor.open(str(page.one(".aside a")["href"]))
        assert "Swan Lake, balcony is reserved for you at $19.99" in page.text

    page = await visitor.send(way, **ME)

    (order,) = api.market.orders.values()
    assert page.path == f"/orders/{order['id']}"
    assert page.one("#panel")["data-state"] == "open"
    assert page.one(".who bdi").text == ME["email"]


async def test_only_once(api: FakeApi, visitor: Browser, ticket: Json) -> None:
    """Whoever signs in later, by the same address, orders nothing."""
    await _press_purchase(visitor, ticket)
    api.accounts.add(**ME)
    await visitor.send("Sign In", **ME)
    (order,) = api.market.orders
    api.market.cancel(order)
    await visitor.send("Sign Out")
    await visitor.open(f"/auth/signin?next=/tickets/{ticket['id']}")

    page = await visitor.send("Sign In", **ME)

    assert page.path == f"/tickets/{ticket['id']}"
    assert len(api.market.orders) == 1


async def test_another_way_in_orders_nothing(api: FakeApi, visitor: Browser, ticket: Json) -> None:
    """Who leaves the purchase and signs in for something else is not held to it."""
    api.accounts.add(**ME)
    await _press_purchase(visitor, ticket)
    await visitor.open("/auth/signin?next=/orders")

    page = await visitor.send("Sign In", **ME)

    assert page.path == "/orders"
    assert not api.market.orders


async def test_no_foreign_page_makes_anybody_order(
    api: FakeApi, visitor: Browser, ticket: Json
) -> None:
    """Neither by a link to sign in nor by a form that it sends."""
    api.accounts.add(**ME)
    refused = await visitor.post("/orders", {"ticketId": ticket["id"], "price": "19.99"}, **FOREIGN)
    page = await visitor.open(f"/auth/signin?next=/tickets/{ticket['id']}&purchase=1&price=19.99")

    page = await visitor.send("Sign In", **ME)

    assert refused.status == 403
    assert page.path == f"/tickets/{ticket['id']}"
    assert not api.market.orders


async def test_the_cookie_is_for_the_forms_only(visitor: Browser, ticket: Json) -> None:
    """No script reads it, no other site has it sent, and it names a ticket, its price and what it
    was said to be for."""
    await _press_purchase(visitor, ticket)

    assert visitor.page
    (redirect,) = visitor.page.response.history
    value, _, attributes = redirect.headers["set-cookie"].partition("; ")
    assert value == f"purchase={ticket['id']}_19.99_{Ticket.model_validate(ticket).seen}"
    assert attributes == "HttpOnly; Max-Age=1800; Path=/auth; SameSite=strict; Secure"


@pytest.mark.parametrize("value", ["", "x", f"{'0' * 24}_", f"{'0' * 24}_1e9", f"{'0' * 24}_5;x"])
async def test_a_cookie_of_somebodys_own_making(
    api: FakeApi, visitor: Browser, ticket: Json, value: str
) -> None:
    """What is no purchase counts for nothing."""
    api.accounts.add(**ME)
    await visitor.open(f"/auth/signin?next=/tickets/{'0' * 24}")
    visitor.http.cookies.set("purchase", value)

    page = await visitor.send("Sign In", **ME)

    assert page.status == 404
    assert not api.market.orders


async def test_the_price_has_changed_on_the_way(
    api: FakeApi, visitor: Browser, ticket: Json
) -> None:
    """It is asked for again, by somebody who is signed in by now."""
    await _press_purchase(visitor, ticket)
    api.market.tickets[ticket["id"]]["price"] = 450
    api.accounts.add(**ME)

    page = await visitor.send("Sign In", **ME)

    assert (page.status, len(api.market.orders)) == (409, 0)
    assert "The price has changed" in page.text
    assert "Sign Out" in page.header
    page = await visitor.send("Purchase")
    assert page.path.startswith("/orders/")


async def test_orders_is_away(api: FakeApi, visitor: Browser, ticket: Json) -> None:
    """One is signed in, and told what became of the purchase."""
    await _press_purchase(visitor, ticket)
    api.accounts.add(**ME)
    api.away.add("orders")

    page = await visitor.send("Sign In", **ME)

    assert page.status == 503
    assert "Sign Out" in page.header
    assert "You were not charged" in page.text


async def test_a_session_that_ended_meanwhile(api: FakeApi, buyer: Browser, ticket: Json) -> None:
    """Who was signed in when they opened the page is at the reserved ticket all the same."""
    await buyer.open(f"/tickets/{ticket['id']}")
    api.accounts.users.clear()
    api.accounts.add(**ME)

    page = await buyer.send("Purchase")
    assert "Swan Lake, balcony is reserved for you" in page.text
    page = await buyer.send("Sign In", **ME)

    assert page.path.startswith("/orders/")


TYPED = {"title": "100% “Jazz” & more? #1 + é 🎷", "price": "1,250.00"}


@pytest.mark.parametrize("ended", ["forgotten", "refused"])
@pytest.mark.parametrize("form", ["new", "edit"])
async def test_nothing_typed_is_lost(api: FakeApi, seller: Browser, form: str, ended: str) -> None:
    """The session has ended while a ticket was typed: after signing in it is all there still."""
    (user,) = api.accounts.users.values()
    own = api.market.list_ticket(user["id"], "As it was", 20)
    path = "/tickets/new" if form == "new" else f"/tickets/{own['id']}/edit"
    await seller.open(path)
    if ended == "forgotten":
        seller.http.cookies.clear()
    else:  # an old one is refused by the API
        seller.http.cookies.set("session", "eyJqd3QiOiAib2xkIn0=", domain="gittix.test", path="/")

    page = await seller.send("List the ticket" if form == "new" else "Save", **TYPED)
    assert page.path.startswith("/auth/signin?next=")
    page = await seller.send("Sign In", email="seller@example.com", password="password")

    assert page.path.partition("?")[0] == path
    assert {name: page.one(f"#{name}")["value"] for name in TYPED} == TYPED
    assert own["title"] == "As it was"
