"""Whoever has a ticket: at which price, and whether it is reserved or sold."""

import pytest

from client.tests.pages.selling import sell
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi


@pytest.fixture
async def ticket_id(api: FakeApi, seller: Browser, buyer: Browser) -> str:
    """Ordered by the buyer at $45, while its price was edited to $450."""
    id = await sell(seller, price="45")
    await buyer.open(f"/tickets/{id}")
    await buyer.send("Purchase")
    api.market.tickets[id]["price"] = 450
    return id


def _sell(api: FakeApi) -> None:
    (order,) = api.market.orders.values()
    order["status"] = "complete"


@pytest.mark.parametrize(
    ("sold", "said"), [(False, "It is reserved for you"), (True, "You bought this ticket.")]
)
async def test_a_buyer_sees_the_price_of_their_order(
    api: FakeApi, buyer: Browser, ticket_id: str, sold: bool, said: str
) -> None:
    """Which is what they pay, whatever the ticket costs by now."""
    if sold:
        _sell(api)

    page = await buyer.open(f"/tickets/{ticket_id}")

    assert said in page.text
    assert page.one(".ticket .price").text == "$45.00"
    assert "$450" not in page.html


async def test_a_seller_is_told_no_price_of_an_order_that_they_cant_know(
    api: FakeApi, seller: Browser, ticket_id: str
) -> None:
    """The price of a reservation is its buyer's; of a sale, its seller's too."""
    page = await seller.open(f"/tickets/{ticket_id}/edit")
    assert "Somebody has reserved this ticket, so it can't change now." in page.text
    assert "$450" not in page.text

    _sell(api)
    page = await seller.open(f"/tickets/{ticket_id}")
    assert "Your ticket was sold for $45.00." in page.text
    assert page.one(".ticket .price").text == "$45.00"


@pytest.mark.parametrize(
    ("stateless", "said"),
    [
        (False, "You sold this ticket for $45.00, so it can't change any more."),
        (True, "Somebody has this ticket, so it can't change now."),
    ],
)
async def test_a_sold_ticket_is_not_edited(
    api: FakeApi, seller: Browser, ticket_id: str, stateless: bool, said: str
) -> None:
    """And nobody is promised that it can be, later."""
    _sell(api)
    api.market.tickets[ticket_id]["stateless"] = stateless

    page = await seller.open(f"/tickets/{ticket_id}/edit")

    assert said in page.text
    assert "reserved" not in page.text


@pytest.mark.parametrize(
    ("stateless", "said"),
    [
        (False, "This ticket is sold, so it can't be taken down any more."),
        (True, "Somebody has this ticket, so it can't be taken down now."),
    ],
)
async def test_a_sold_ticket_is_not_taken_down(
    api: FakeApi, seller: Browser, ticket_id: str, stateless: bool, said: str
) -> None:
    """A form of before is answered with how it is."""
    _sell(api)
    api.market.tickets[ticket_id]["stateless"] = stateless

    page = await seller.post(f"/tickets/{ticket_id}/withdraw")

    assert page.status == 409
    assert page.one(".alert").text == said


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        ("sold", "Somebody was faster: this ticket is sold. You were not charged."),
        ("stateless", "Somebody was faster: this ticket is not on sale any more."),
    ],
)
async def test_a_sold_ticket_is_not_just_reserved(
    api: FakeApi, visitor: Browser, ticket_id: str, happens: str, said: str
) -> None:
    """Who comes too late for it is told what is known."""
    _sell(api)
    api.market.tickets[ticket_id]["stateless"] = happens == "stateless"
    await visitor.sign_up("late@example.com")

    page = await visitor.post("/orders", {"ticketId": ticket_id, "price": "450"})

    assert page.status == 409
    assert page.one(".alert").text.startswith(said)
