"""When the time runs out."""

import pytest
from playwright.sync_api import expect

from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.stack import WINDOW_SECONDS
from infra.tests.e2e.visitor import ORDER_PAGE, Visitor

LeftOpen = dict[str, Visitor]


@pytest.mark.first
def test_the_clock_is_running(left_open: LeftOpen) -> None:
    """Two orders are left open; the other tests pass the time."""
    for visitor in left_open.values():
        visitor.sees("Reserved for you")


@pytest.mark.last
def test_expires_on_the_page_and_is_ordered_again(
    left_open: LeftOpen, inspector: Inspector
) -> None:
    """The open page says that the time is over, and offers the ticket as soon as it is free."""
    buyer = left_open["script"]
    first = buyer.page.url

    buyer.sees_state("expired", within=WINDOW_SECONDS + 5)
    buyer.sees("You were not charged.")
    again = buyer.page.get_by_role("button", name="Order again")
    expect(again).to_be_visible(timeout=30_000)
    inspector.look(buyer.page, "order-expired")

    again.click()
    buyer.page.wait_for_url(ORDER_PAGE)
    assert buyer.page.url != first
    buyer.sees("Reserved for you")


@pytest.mark.last
def test_expires_without_script(left_open: LeftOpen) -> None:
    """Looking again tells that the time is over; the way on is there, too."""
    buyer = left_open["no-script"]

    buyer.page.reload()

    buyer.sees("Order Expired")
    buyer.sees("You were not charged.")
    buyer.press("Order again")
    buyer.sees("Reserved for you")
