"""What others do to a page under one's eyes: another price, and text that is meant to trick."""

import re

from playwright.sync_api import Browser, expect

from infra.tests.e2e.conftest import NewVisitor
from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.shop import Shop
from infra.tests.e2e.shop_in_memory import shop_in_memory

UNSEEN = "\u200b\u200b"
RIGHT_TO_LEFT = "\u05d0\u05d1\u05d2 (1)"


def test_a_price_that_changed(browser: Browser, inspector: Inspector) -> None:
    """$45 seen is not $450 reserved: the page says so, and asks again."""
    with shop_in_memory(browser) as shop:
        ticket = shop.api.market.list_ticket("someone", "Swan Lake", 45)
        shop.visitor.open(f"/tickets/{ticket['id']}")
        shop.api.market.tickets[ticket["id"]]["price"] = 450

        shop.visitor.press("Purchase")

        shop.visitor.sees("The price has changed since you looked")
        assert not shop.api.market.orders
        inspector.look(shop.visitor.page, "price-changed")
        shop.visitor.press("Purchase")
        expect(shop.visitor.page).to_have_url(re.compile("/orders/"))
        (order,) = shop.api.market.orders.values()
        assert order["ticket"]["price"] == 450


def test_titles_that_trick(new_visitor: NewVisitor, shop: Shop) -> None:
    """One that can't be seen, or is too long, is refused at its field; each is isolated."""
    seller = new_visitor(javascript=False)
    seller.has_account()
    for title, said in [
        (UNSEEN, "Title"),
        ("x" * 201, "Title must be at most 200 characters"),
    ]:
        seller.open("/tickets/new")
        seller.page.get_by_label("Title").fill(title)
        seller.page.get_by_label("Price").fill("45")
        seller.press("List the ticket")
        expect(seller.page.locator(".invalid-feedback", has_text=said)).to_be_visible()

    ticket = shop.sell(RIGHT_TO_LEFT)
    seller.open(f"/tickets/{ticket}")
    expect(seller.page.locator("h1 bdi")).to_have_text(RIGHT_TO_LEFT)
