"""Between the click on Pay and its answer: what the page says, and what it does not offer."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from infra.tests.e2e.shop_in_memory import Json, Shop, shop_in_memory
from infra.tests.e2e.visitor import Visitor

UNDER_WAY = "Your payment of $42.00 is under way"


@pytest.fixture
def shop(browser: Browser) -> Iterator[Shop]:
    with shop_in_memory(browser) as shop:
        yield shop


@pytest.fixture
def order(shop: Shop) -> Json:
    order = shop.order()
    shop.visitor.open(f"/orders/{order['id']}")
    shop.visitor.sees("You have not been charged.")
    return order


def money(visitor: Visitor) -> Locator:
    return visitor.page.locator(".money-line")


def cancelling(visitor: Visitor) -> Locator:
    return visitor.page.get_by_text("I don't want it any more")


def test_no_false_word_while_paying(shop: Shop, order: Json) -> None:
    """From the click on, neither \"not charged\" nor a way to cancel; after a decline, both."""
    buyer = shop.visitor
    expect(cancelling(buyer)).to_be_visible()
    shop.api.slow["payments"] = 1.5

    buyer.pay("$42.00", "Declined card")

    expect(money(buyer)).to_contain_text(UNDER_WAY)
    expect(buyer.page.locator("#announcer")).to_contain_text(UNDER_WAY)
    expect(cancelling(buyer)).to_be_hidden()
    buyer.sees("Your card was declined.")
    expect(money(buyer)).to_have_text("You were not charged.")
    expect(cancelling(buyer)).to_be_visible()

    buyer.pay("$42.00")
    expect(money(buyer)).to_contain_text(UNDER_WAY)
    expect(buyer.page.get_by_text("Your card was declined.")).to_be_hidden()
    buyer.sees_state("complete")


def test_a_second_tab_knows(shop: Shop, order: Json) -> None:
    """While one tab pays, the order's page in another claims and offers nothing else."""
    buyer = shop.visitor
    first, buyer.page = buyer.page, buyer.new_tab()
    buyer.open(f"/orders/{order['id']}")
    expect(cancelling(buyer)).to_be_visible()
    buyer.page.route("**/panel", lambda route: route.abort())  # it learns by no look
    shop.api.slow["POST payments"] = 1.5

    first.get_by_role("button", name="Pay $42.00").click()

    expect(money(buyer)).to_contain_text(UNDER_WAY)
    expect(cancelling(buyer)).to_be_hidden()
    buyer.page.unroute("**/panel")
    buyer.sees_state("complete")
    buyer.complaints[:] = [each for each in buyer.complaints if "ERR_FAILED" not in each]


def test_the_connection_is_lost_for_a_while(shop: Shop, order: Json) -> None:
    """Until the page knows what became of it, it claims nothing and takes no second payment."""
    buyer = shop.visitor
    buyer.context.route("**/pay", lambda route: route.abort())
    buyer.context.route("**/panel", lambda route: route.abort())

    buyer.pay("$42.00")

    buyer.sees("We lost the connection while you were paying.")
    expect(money(buyer)).to_contain_text(UNDER_WAY)
    expect(cancelling(buyer)).to_be_hidden()

    buyer.context.unroute("**/panel")
    buyer.sees("The connection was lost before your payment began. You can try again.")
    expect(money(buyer)).to_have_text("You have not been charged.")
    buyer.context.unroute("**/pay")
    buyer.pay("$42.00")
    buyer.sees_state("complete")
    buyer.complaints[:] = [each for each in buyer.complaints if "ERR_FAILED" not in each]


def test_when_the_time_is_up_the_form_goes(shop: Shop, order: Json) -> None:
    """Even where the server can't be asked: what would be refused is not offered."""
    buyer = shop.visitor
    buyer.context.route("**/panel", lambda route: route.abort())

    buyer.page.evaluate(
        "() => {const before = Date.now; Date.now = () => before() + 15 * 60 * 1000}"
    )

    expect(buyer.page.get_by_role("button", name="Pay $42.00")).to_be_hidden()
    buyer.complaints[:] = [each for each in buyer.complaints if "ERR_FAILED" not in each]


def test_another_account_in_a_second_tab(shop: Shop, order: Json) -> None:
    """Pay says whose order it is not, that nothing was charged, and not that a connection broke."""
    buyer, other = shop.visitor, shop.new_visitor()
    other.has_account()
    buyer.becomes(other)
    buyer.refused_pages |= {f"{buyer.page.url}/{part}" for part in ("pay", "panel")}

    buyer.pay("$42.00")

    buyer.sees(f"You are signed in as {other.email}, and this order is not of that account.")
    with buyer.page.expect_response("**/panel"):
        pass  # which is refused, too: the reason stays, for the next page could not tell it
    buyer.sees("Nothing was charged by this try.")
    expect(buyer.page.get_by_text("We lost the connection")).to_have_count(0)
    assert shop.payment(order)["status"] == "none"


def test_another_account_signs_in_elsewhere(shop: Shop, order: Json) -> None:
    """The page says whose the order is not, and no longer that it is reserved for who looks."""
    buyer, other = shop.visitor, shop.new_visitor()
    other.has_account()
    buyer.refused_pages.add(f"{buyer.page.url}/panel")

    buyer.becomes(other)

    buyer.sees("This belongs to somebody else")
    expect(buyer.page.get_by_text("Reserved for you")).to_have_count(0)


def test_signed_out_while_paying(shop: Shop, order: Json) -> None:
    """The page to sign in speaks of the payment, and leads back to the order."""
    buyer = shop.visitor
    buyer.context.clear_cookies()

    buyer.pay("$42.00")

    buyer.page.wait_for_url(f"**/auth/signin?next=/orders/{order['id']}")
    buyer.sees("If a payment was begun it goes on meanwhile")
