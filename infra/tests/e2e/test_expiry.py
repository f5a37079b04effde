"""When the time runs out."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from infra.tests.e2e.conftest import windows
from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.shop import Shop
from infra.tests.e2e.stack import WINDOW_SECONDS, Stack
from infra.tests.e2e.visitor import ORDER_PAGE, Visitor

LeftOpen = dict[str, Visitor]


@pytest.fixture(scope="module")
def left_open(browser: Browser, stack: Stack, shop: Shop) -> Iterator[LeftOpen]:
    """Two orders' pages, with script and without, whose time runs out together."""
    with windows(browser, stack.url) as create:
        left = {"no-script": create(javascript=False), "script": create()}
        for kind, visitor in left.items():
            visitor.has_account()
            visitor.order(shop.sell(f"Left open {kind}"))
            visitor.sees("Reserved for you")
        yield left


def test_expires_on_the_page_and_is_ordered_again(
    left_open: LeftOpen, inspector: Inspector
) -> None:
    """The open page says that the time is over, and offers the ticket as soon as it is free."""
    buyer = left_open["script"]
    first = buyer.page.url

    buyer.sees_state("expired", within=WINDOW_SECONDS + 5)
    buyer.sees("You were not charged.", within=WINDOW_SECONDS)
    again = buyer.page.get_by_role("button", name="Order again")
    expect(again).to_be_visible(timeout=30_000)
    inspector.look(buyer.page, "order-expired")

    again.click()
    buyer.page.wait_for_url(ORDER_PAGE)
    assert buyer.page.url != first
    buyer.sees("Reserved for you")


def test_expires_without_script(left_open: LeftOpen) -> None:
    """Looking again tells that the time is over; from there on the page follows by itself."""
    buyer = left_open["no-script"]

    buyer.page.reload()

    buyer.sees("Order Expired")
    buyer.sees("You were not charged.", within=WINDOW_SECONDS)
    buyer.press("Order again")
    buyer.sees("Reserved for you")
