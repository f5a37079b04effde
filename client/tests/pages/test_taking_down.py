"""/tickets/:id/withdraw and /tickets/:id/relist : taking a ticket down, and putting it up again."""

import pytest

from client.tests.pages.selling import sell
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

DOWN = "The seller has taken this ticket down"


async def test_down_and_up_again(seller: Browser, visitor: Browser) -> None:
    """One button each way; meanwhile nobody finds it, and its page says why it can't be bought."""
    id = await sell(seller)
    await seller.open(f"/tickets/{id}")

    page = await seller.send("Take it down")

    assert page.path == f"/tickets/{id}"
    assert "You took your ticket down." in page.text
    assert "Swan Lake" not in (await visitor.open("/")).text
    seen = await visitor.open(f"/tickets/{id}")
    assert DOWN in seen.text
    assert "Purchase" not in seen.text
    assert (await seller.open("/tickets/mine")).one(".row-item .state").text == "Taken down"

    await seller.open(f"/tickets/{id}")
    page = await seller.send("Put it on sale again")

    assert "“Swan Lake” is on sale for $19.99." in page.text
    assert page.one(".row-item .state").text == "Listed"
    assert "Swan Lake" in (await visitor.open("/")).text


async def test_up_again_with_an_edit(api: FakeApi, seller: Browser) -> None:
    """The form says that it will be on sale."""
    id = await sell(seller)
    await seller.open(f"/tickets/{id}")
    await seller.send("Take it down")

    page = await seller.open(f"/tickets/{id}/edit")
    assert "it is on sale again once you save" in page.text
    await seller.send("Save and put on sale", price="25")

    ticket = api.market.tickets[id]
    assert ("withdrawn" in ticket, float(ticket["price"])) == (False, 25)


async def test_somebody_was_faster(api: FakeApi, seller: Browser, buyer: Browser) -> None:
    """It stays reserved, and the page says so."""
    id = await sell(seller)
    await seller.open(f"/tickets/{id}")
    await buyer.open(f"/tickets/{id}")
    await buyer.send("Purchase")

    page = await seller.send("Take it down")

    assert page.status == 409
    assert "Somebody was faster" in page.text
    assert "Somebody has reserved your ticket." in page.text
    assert "withdrawn" not in api.market.tickets[id]


async def test_a_purchase_that_comes_too_late(seller: Browser, buyer: Browser) -> None:
    """The buyer is told what happened, not that somebody was faster."""
    id = await sell(seller)
    await buyer.open(f"/tickets/{id}")
    await seller.open(f"/tickets/{id}")
    await seller.send("Take it down")

    page = await buyer.send("Purchase")

    assert page.status == 409
    assert f"{DOWN}. Nothing is reserved, and you were not charged." in page.text


async def test_orders_that_has_not_heard_that_it_is_back(
    api: FakeApi, seller: Browser, buyer: Browser
) -> None:
    """It is asked again for a moment."""
    id = await sell(seller)
    api.lag["listing"] = 3

    await buyer.open(f"/tickets/{id}")
    page = await buyer.send("Purchase")

    assert page.path.startswith("/orders/")


@pytest.mark.parametrize("action", ["withdraw", "relist"])
async def test_for_its_seller_alone(
    api: FakeApi, seller: Browser, buyer: Browser, visitor: Browser, action: str
) -> None:
    """Nobody else's button, and no stranger's request."""
    id = await sell(seller)
    assert "Take it down" not in (await buyer.open(f"/tickets/{id}")).text

    await buyer.open("/tickets/new")
    refused = await buyer.post(f"/tickets/{id}/{action}")
    assert refused.status == 403
    assert "Only its owner can do that." in refused.text  # everybody can see it
    sent = await visitor.post(f"/tickets/{id}/{action}")
    assert sent.path == f"/auth/signin?next=/tickets/{id}"
    assert "withdrawn" not in api.market.tickets[id]


@pytest.mark.parametrize("action", ["Take it down", "Put it on sale again"])
async def test_no_answer(api: FakeApi, seller: Browser, action: str) -> None:
    """It may have been done or not; the page says so, and shows the ticket as it is known."""
    id = await sell(seller)
    await seller.open(f"/tickets/{id}")
    if action != "Take it down":
        await seller.send("Take it down")

    api.slow = {"PUT tickets": 1, "DELETE tickets": 1}
    page = await seller.send(action)

    assert page.status == 503
    assert "we can't tell whether this worked" in page.text
