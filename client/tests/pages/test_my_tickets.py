"""/tickets/mine : what it says of sales, and whom it tells that something is saved."""

import pytest

from client.tests.pages.selling import sell
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi


@pytest.mark.parametrize("notice", ["changed", "listed"])
async def test_a_notice_is_for_the_seller_alone(
    seller: Browser, buyer: Browser, notice: str
) -> None:
    """Whoever follows a link with another's ticket has saved nothing, and listed nothing."""
    id = await sell(seller)

    assert (await seller.open(f"/tickets/mine?{notice}={id}")).has(".alert-success")
    page = await buyer.open(f"/tickets/mine?{notice}={id}")

    assert not page.has(".alert-success")
    assert "Swan Lake" not in page.text


async def test_a_sale_is_history(api: FakeApi, seller: Browser) -> None:
    """Tickets hears of no refund, so no page of the seller's says that the money is still there."""
    id = await sell(seller)
    api.market.reserve(id, "somebody")["status"] = "complete"

    listings = (await seller.open("/tickets/mine")).text
    ticket = (await seller.open(f"/tickets/{id}")).text

    assert "Sold for $19.99 in all, before any refunds." in listings
    assert "Somebody bought it. Listed on" in listings
    assert "have paid" not in listings
    assert "Your ticket was sold for $19.99. It was paid for on" in ticket
    assert "A refund after that would not show here." in ticket
    assert "Congratulations" not in ticket
