"""Paying when things go wrong: never in doubt, never twice."""

import time

import pytest
from playwright.sync_api import expect

from infra.tests.e2e.conftest import NewVisitor
from infra.tests.e2e.shop import Shop
from infra.tests.e2e.stripe import Stripe
from infra.tests.e2e.visitor import ORDER_PAGE, Visitor


def test_declined_then_paid_on_the_same_page(buyer: Visitor, shop: Shop, stripe: Stripe) -> None:
    """A decline is explained where the card is, which stays chosen; then another card pays."""
    order_id = buyer.order(shop.sell("Declined first"))
    buyer.page.evaluate("window.sameDocument = true")

    buyer.pay("$19.99", "Empty account")
    buyer.sees("Your card has insufficient funds.")
    expect(buyer.page.get_by_role("radio", name="Empty account")).to_be_checked()
    buyer.pay("$19.99")
    buyer.sees_state("complete")

    assert buyer.page.evaluate("window.sameDocument")
    assert stripe.charged(order_id) == (1, 1999)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_decline_is_in_view_on_a_phone(
    new_visitor: NewVisitor, shop: Shop, javascript: bool
) -> None:
    """Whoever has scrolled to the button sees why it did not work, without looking for it."""
    buyer = new_visitor(javascript=javascript, phone=True, viewport={"width": 320, "height": 480})
    buyer.has_account()
    buyer.order(shop.sell("Declined on a phone"))

    buyer.pay("$19.99", "Declined card")

    expect(buyer.page.get_by_text("Your card was declined.")).to_be_in_viewport()


def test_a_double_click_pays_once(buyer: Visitor, shop: Shop, stripe: Stripe) -> None:
    """An impatient buyer is charged once."""
    order_id = buyer.order(shop.sell("Double click"))

    buyer.page.get_by_role("button", name="Pay $19.99").dblclick()

    buyer.sees_state("complete")
    assert stripe.charged(order_id) == (1, 1999)


def test_reloading_while_paying(buyer: Visitor, shop: Shop, stripe: Stripe) -> None:
    """The page that is loaded meanwhile says not to pay again, and follows to the end."""
    order_id = buyer.order(shop.sell("Reloaded"))
    stripe.slow_down_next_confirmation(4)
    buyer.page.get_by_role("button", name="Pay $19.99").click()
    stripe.wait_until_charged(order_id)

    buyer.page.reload()

    buyer.sees_state("paying")
    buyer.sees("Please do not pay again.")
    buyer.sees_state("complete", within=30)
    assert stripe.charged(order_id) == (1, 1999)


def test_paying_takes_longer_than_one_waits(
    new_visitor: NewVisitor, shop: Shop, stripe: Stripe
) -> None:
    """Without script a slow bank shows as such, and looking again tells the end."""
    buyer = new_visitor(javascript=False)
    buyer.has_account()
    order_id = buyer.order(shop.sell("Slow bank"))
    stripe.slow_down_next_confirmation(5)

    buyer.page.get_by_role("button", name="Pay $19.99").click()
    buyer.sees("Please do not pay again.")
    stripe.wait_until_charged(order_id)
    deadline = time.monotonic() + 30
    while buyer.page.locator("#panel[data-state=complete]").count() == 0:
        assert time.monotonic() < deadline
        buyer.page.get_by_role("link", name="Check again").click()

    assert stripe.charged(order_id) == (1, 1999)


def test_going_back_after_paying(buyer: Visitor, shop: Shop, stripe: Stripe) -> None:
    """The back button leads to the ticket, which says that it is bought; nothing is sent again."""
    order_id = buyer.order(shop.sell("Back button"))
    buyer.pay("$19.99")
    buyer.sees_state("complete")

    buyer.page.go_back()
    buyer.sees("You bought this ticket.")
    buyer.page.go_forward()

    buyer.sees_state("complete")
    assert stripe.charged(order_id) == (1, 1999)


def test_leaving_and_coming_back(buyer: Visitor, shop: Shop) -> None:
    """The order is kept: by its ticket and by My Orders one gets back to it."""
    ticket_id = shop.sell("Kept")
    order_id = buyer.order(ticket_id)

    buyer.open(f"/tickets/{ticket_id}")
    buyer.page.get_by_role("link", name="Go on and pay").click()
    buyer.page.wait_for_url(ORDER_PAGE)
    buyer.header("My Orders")
    buyer.page.get_by_role("link", name="Pay for Kept").click()

    buyer.page.wait_for_url(f"**/orders/{order_id}")
    buyer.sees("Reserved for you")


def test_the_bank_confirms(buyer: Visitor, shop: Shop, stripe: Stripe) -> None:
    """With 3-D Secure the page waits for the bank, and completes once the buyer has confirmed."""
    order_id = buyer.order(shop.sell("3-D Secure"))

    buyer.pay("$19.99", "3-D Secure card")
    buyer.sees_state("confirm")
    buyer.sees("$19.99 is charged as soon as you confirm it.")
    assert stripe.charged(order_id) == (0, 0)
    stripe.bank_confirms(client_secret(buyer))

    buyer.sees_state("complete", within=30)
    assert stripe.charged(order_id) == (1, 1999)


def test_the_bank_refuses(buyer: Visitor, shop: Shop, stripe: Stripe) -> None:
    """A failed confirmation is a decline: not charged, still held, another card pays."""
    order_id = buyer.order(shop.sell("3-D Secure refused"))
    buyer.pay("$19.99", "3-D Secure card")
    buyer.sees_state("confirm")

    stripe.bank_refuses(client_secret(buyer))

    buyer.sees_state("open", within=30)
    buyer.sees("Your bank did not confirm the payment, so your card was not charged.")
    buyer.pay("$19.99")
    buyer.sees_state("complete")
    assert stripe.charged(order_id) == (1, 1999)


def test_another_card_in_place_of_a_confirmation(
    buyer: Visitor, shop: Shop, stripe: Stripe
) -> None:
    """Whoever can't reach their bank uses another card."""
    order_id = buyer.order(shop.sell("Another card"))
    buyer.pay("$19.99", "3-D Secure card")
    buyer.sees_state("confirm")

    buyer.use_another_card()
    buyer.pay("$19.99")

    buyer.sees_state("complete")
    assert stripe.charged(order_id) == (1, 1999)


def client_secret(buyer: Visitor) -> str:
    return str(buyer.page.locator("#panel").get_attribute("data-client-secret"))
