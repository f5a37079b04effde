"""The order's page follows what happens elsewhere."""

from playwright.sync_api import expect

from infra.tests.e2e.shop import Shop
from infra.tests.e2e.visitor import Visitor


def test_paid_in_another_tab(buyer: Visitor, shop: Shop) -> None:
    """Both tabs end at the complete order, and screen readers hear of it in each."""
    order_id = buyer.order(shop.sell("Two tabs"))
    first = buyer.page
    buyer.page = buyer.new_tab()
    buyer.open(f"/orders/{order_id}")

    buyer.pay("$19.99")
    buyer.sees_state("complete")

    buyer.page = first
    buyer.sees_state("complete")
    announced = "The ticket is yours. You paid $19.99."
    expect(first.locator("#announcer")).to_have_text(announced)
    assert first.title().startswith("The ticket is yours")


def test_cancelled_in_another_tab(buyer: Visitor, shop: Shop) -> None:
    """The form goes, and the ticket can be ordered again."""
    order_id = buyer.order(shop.sell("Cancelled elsewhere"))

    buyer.page.request.delete(f"{buyer.url}/api/orders/{order_id}")

    buyer.sees_state("cancelled")
    buyer.press("Order again")
    buyer.sees("Reserved for you")


def test_what_one_is_doing_is_left_alone(buyer: Visitor, shop: Shop) -> None:
    """Following the order moves neither the choice of a card nor the focus."""
    buyer.order(shop.sell("Undisturbed"))
    card = buyer.page.get_by_role("radio", name="Declined card")
    card.check()
    card.focus()

    with buyer.page.expect_response("**/panel"):
        pass

    expect(card).to_be_checked()
    expect(card).to_be_focused()


def test_signed_out_in_another_tab(buyer: Visitor, shop: Shop) -> None:
    """The page leads to signing in, and from there back to the order."""
    order_id = buyer.order(shop.sell("Signed out elsewhere"))
    buyer.context.clear_cookies()

    buyer.page.wait_for_url(f"**/auth/signin?next=/orders/{order_id}")


def test_the_connection_is_lost_while_paying(buyer: Visitor, shop: Shop) -> None:
    """An answer that never came is looked up rather than asked for again."""
    buyer.order(shop.sell("Lost connection"))
    buyer.context.route("**/pay", lambda route: (route.fetch(max_redirects=0), route.abort())[1])

    buyer.page.get_by_role("button", name="Pay $19.99").click()

    buyer.sees_state("complete")
    buyer.complaints[:] = [each for each in buyer.complaints if "ERR_FAILED" not in each]
