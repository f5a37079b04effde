"""Two people, one ticket."""

import pytest

from infra.tests.e2e.conftest import NewVisitor
from infra.tests.e2e.shop import Shop
from infra.tests.e2e.visitor import ORDER_PAGE

SEND = "document.querySelector(\"form[action='/orders']\").requestSubmit()"


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_one_gets_the_ticket_the_other_a_friendly_word(
    new_visitor: NewVisitor, shop: Shop, javascript: bool
) -> None:
    """Both press Purchase at once: one is at an order, the other is told, without an order."""
    ticket_id = shop.sell("Raced for")
    racers = [new_visitor(javascript=javascript) for _ in range(2)]
    for racer in racers:
        racer.has_account()
        racer.open(f"/tickets/{ticket_id}")

    for racer in racers:
        racer.page.evaluate(SEND)
    for racer in racers:
        racer.page.wait_for_url("**/orders**")
        racer.page.wait_for_load_state()

    winners = [racer for racer in racers if ORDER_PAGE.search(racer.page.url)]
    assert len(winners) == 1
    (loser,) = (racer for racer in racers if racer not in winners)
    loser.sees("Somebody was faster")
    loser.sees("You were not charged.")
    winners[0].sees("Reserved for you")
    loser.header("My Orders")
    loser.sees("No orders yet")


def test_clicking_twice_makes_one_order(new_visitor: NewVisitor, shop: Shop) -> None:
    """A double click on Purchase ends at the one order."""
    buyer = new_visitor()
    buyer.has_account()
    buyer.open(f"/tickets/{shop.sell('Clicked twice')}")

    buyer.page.get_by_role("button", name="Purchase").dblclick()

    buyer.page.wait_for_url(ORDER_PAGE)
    buyer.sees("Reserved for you")
