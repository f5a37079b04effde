"""/orders/:id/ticket and /check/:code : what is shown at the door, and what the door sees."""

import re
from typing import Any

import httpx
import pytest

from ticketing_client.qr import qr_code
from ticketing_client.testing.browser import Browser, Page
from ticketing_client.testing.fake_api import FakeApi
from ticketing_client.testing.till import code_of

Json = dict[str, Any]

STARTS, VENUE = "2027-05-01T19:30:00.000Z", "Old Theatre “א”"


@pytest.fixture
async def order(api: FakeApi, buyer: Browser, ticket: Json) -> Json:
    """A complete order of the buyer's."""
    buyer_id = next(i for i, u in api.accounts.users.items() if u["email"] == "buyer@example.com")
    ticket.update(startsAt=STARTS, venue=VENUE)
    order = api.market.reserve(ticket["id"], buyer_id)
    api.till.payments[order["id"]]["status"] = "charged"
    order["status"] = "complete"
    return order


def facts(page: Page) -> dict[str, str]:
    return {
        row.find("dt").get_text(): row.find("dd").get_text(strip=True)  # type: ignore[union-attr]
        for row in page.soup.select(".facts > div")
    }


async def test_the_order_leads_to_its_ticket(buyer: Browser, order: Json) -> None:
    """Number, date, payer and price, and a code that leads to a page for everybody."""
    page = await buyer.open(f"/orders/{order['id']}")
    assert page.one(f'a[href="/orders/{order["id"]}/ticket"]').text == "Show your ticket"

    page = await buyer.open(f"/orders/{order['id']}/ticket")

    told = facts(page)
    assert re.fullmatch(r"\d+ [A-Z][a-z]+ 20\d\d", told.pop("Ordered"))
    assert told == {
        "Order number": order["id"],
        "Paid by": "buyer@example.com",
        "Paid": "$19.99",
    }
    assert page.one(".event time")["datetime"] == STARTS
    assert page.one(".event bdi").text == VENUE
    address = f"https://gittix.test/check/{code_of(order)}"
    assert page.one(".pass-how a")["href"] == address
    assert qr_code(address) in page.html


@pytest.mark.parametrize(("pending", "said"), [(True, "On its way back"), (False, "Sent back")])
async def test_a_part_that_went_back(
    api: FakeApi, buyer: Browser, order: Json, pending: bool, said: str
) -> None:
    """The ticket says that it was sent once that can't fail any more."""
    api.till.payments[order["id"]].update(refundedAmount=5, refundPending=pending)

    page = await buyer.open(f"/orders/{order['id']}/ticket")

    assert facts(page)[said] == "$5.00"


async def test_anybody_sees_that_it_is_valid(visitor: Browser, order: Json) -> None:
    """And what for, but nothing about people."""
    page = await visitor.open(f"/check/{code_of(order)}")

    assert (page.status, page.one("h1").text) == (200, "Valid")
    assert page.one("h2").text == "Swan Lake, balcony"
    assert page.one(".event bdi").text == VENUE
    assert set(facts(page)) == {"Order number", "Looked up"}
    assert "@" not in page.text
    assert order["userId"] not in page.html
    assert page.one('meta[name="robots"]')["content"] == "noindex"


@pytest.mark.parametrize(
    "becomes",
    [
        {"status": "refunded", "state": "refunded"},
        {"state": "refunding"},
        {"state": "refund_due"},
        {"dispute": "lost"},
    ],
)
async def test_it_stops_being_valid(
    api: FakeApi, buyer: Browser, visitor: Browser, order: Json, becomes: Json
) -> None:
    """With the money gone, nobody is let in, and the buyer has nothing to show any more."""
    api.till.payments[order["id"]].update(becomes)

    page = await visitor.open(f"/check/{code_of(order)}")
    own = await buyer.open(f"/orders/{order['id']}/ticket")
    of_the_order = await buyer.open(f"/orders/{order['id']}")

    assert (page.status, page.one("h1").text) == (200, "Refunded")
    assert "lets nobody in" in page.text
    assert not own.has(".qr")
    assert "nothing to show at the door" in own.text
    assert not of_the_order.has(f'a[href="/orders/{order["id"]}/ticket"]')


@pytest.mark.parametrize("code", ["nonsense", "x" * 64, "x" * 5000, "%2e%2e", "a%20b", "é" * 64])
async def test_not_ours(visitor: Browser, order: Json, code: str) -> None:
    """What nobody here wrote is no ticket."""
    page = await visitor.open(f"/check/{code}")

    assert (page.status, page.one("h1").text) == (404, "Not ours")
    assert not page.has(".facts")


async def test_payments_is_away(api: FakeApi, visitor: Browser, order: Json) -> None:
    """Then it is neither valid nor not: one has to look again."""
    api.away.add("payments")

    page = await visitor.open(f"/check/{code_of(order)}")

    assert page.status == 503
    assert "Valid" not in page.text
    assert "Not ours" not in page.text


async def test_tickets_is_away(api: FakeApi, visitor: Browser, order: Json) -> None:
    """It is valid, and the door is told that nobody can say what for."""
    api.away.add("tickets")

    page = await visitor.open(f"/check/{code_of(order)}")

    assert (page.status, page.one("h1").text) == (200, "Valid")
    assert "can't be told at the moment" in page.text


async def test_auth_hangs(api: FakeApi, buyer: Browser, order: Json) -> None:
    """Whoever is signed in at the door is told what the ticket is for all the same."""
    api.slow = {"users": 30.0}

    page = await buyer.open(f"/check/{code_of(order)}")

    assert (page.status, page.one("h2").text) == (200, "Swan Lake, balcony")


async def test_too_many_checks(api: FakeApi, visitor: Browser, order: Json) -> None:
    """A limit of the API's is told as such."""
    errors = {"errors": [{"message": "There were too many codes checked from your network"}]}
    api.odd["payments"] = httpx.Response(429, json=errors)

    page = await visitor.open(f"/check/{code_of(order)}")

    assert page.status == 429
    assert "too many codes" in page.text


async def test_an_order_that_is_not_complete(api: FakeApi, buyer: Browser, order: Json) -> None:
    """Its own page says how far it is."""
    order["status"] = "awaiting:payment"
    api.lag["complete"] = 10

    page = await buyer.open(f"/orders/{order['id']}/ticket")

    assert page.path == f"/orders/{order['id']}"


async def test_an_order_without_a_code(api: FakeApi, buyer: Browser, order: Json) -> None:
    """As of a version that kept too little for one: its number is all there is."""
    api.till.payments[order["id"]]["admission"] = None

    page = await buyer.open(f"/orders/{order['id']}/ticket")

    assert "show its number" in page.text
    assert facts(page)["Order number"] == order["id"]


async def test_somebody_elses(seller: Browser, order: Json) -> None:
    """Only the buyer has something to show."""
    page = await seller.open(f"/orders/{order['id']}/ticket")

    assert page.status == 403
    assert not page.has(".qr")
