"""The whole journey, by every kind of browser."""

import pytest
from playwright.sync_api import expect

from infra.tests.e2e.conftest import NewVisitor
from infra.tests.e2e.shop import Shop
from infra.tests.e2e.stripe import Stripe


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_one_users_ticket_is_bought_by_another(
    new_visitor: NewVisitor, stripe: Stripe, javascript: bool, phone: bool
) -> None:
    """Sign up, list, edit; reserve, give back, reserve again, be declined, pay; sign out."""
    title = f"Swan Lake {javascript} {phone}"
    seller = new_visitor(javascript=javascript, phone=phone)
    buyer = new_visitor(javascript=javascript, phone=phone)

    seller.sign_up()
    seller.sell(title, "18.50")
    seller.page.get_by_role("link", name=f"Edit {title}").click()
    seller.page.get_by_label("Price").fill("19.99")
    seller.press("Save")
    seller.sees(f"Saved: “{title}” for $19.99.")

    buyer.sign_up()
    buyer.page.get_by_label("Search by title").fill(title)
    buyer.press("Search")
    buyer.page.get_by_role("link", name=title, exact=True).click()
    buyer.press("Purchase")
    buyer.sees("Reserved for you")
    seller.open("/tickets/mine")
    seller.sees("Somebody is about to pay")

    buyer.page.get_by_text("I don't want it any more").click()
    buyer.press("Cancel the order")
    buyer.sees("Order cancelled")
    buyer.press("Order again")
    buyer.sees("Reserved for you")

    buyer.pay("$19.99", "Declined card")
    buyer.sees("Your card was declined.")
    buyer.sees("You were not charged.")
    buyer.pay("$19.99")
    buyer.sees("The ticket is yours")
    buyer.sees("You paid $19.99.")
    order_id = buyer.page.url.partition("?")[0].rpartition("/")[2]
    assert stripe.charged(order_id) == (1, 1999)

    buyer.header("My Orders")
    expect(buyer.page.locator(".state")).to_have_text(["Complete", "Cancelled"])
    seller.open("/tickets/mine")
    seller.sees("Somebody bought it.")
    for visitor in (seller, buyer):
        visitor.page.get_by_role("button", name="Sign Out").click()
        expect(visitor.page.get_by_role("link", name="Sign In")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_signed_out_is_signed_out(new_visitor: NewVisitor, shop: Shop, javascript: bool) -> None:
    """The back button shows nobody what the last visitor of this browser ordered."""
    visitor = new_visitor(javascript=javascript)
    visitor.sign_up()
    order_id = visitor.order(shop.sell("Private"))
    visitor.page.get_by_role("button", name="Sign Out").click()
    expect(visitor.page.get_by_role("link", name="Sign In")).to_be_visible()

    visitor.page.go_back()

    visitor.page.wait_for_url(f"**/auth/signin?next=/orders/{order_id}")
