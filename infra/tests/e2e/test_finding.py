"""Finding a ticket among all that are on sale, and one's own among all that one has."""

from playwright.sync_api import Browser, expect

from infra.tests.e2e.conftest import NewVisitor
from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.shop import Shop
from infra.tests.e2e.shop_in_memory import shop_in_memory
from infra.tests.e2e.visitor import Visitor


def titles(visitor: Visitor) -> list[str]:
    return visitor.page.locator(".ticket-link").all_text_contents()


def test_searches_on_a_phone_without_script(new_visitor: NewVisitor, shop: Shop) -> None:
    """A ticket is on the first screen; words in any order, without accents; by price; cleared."""
    wanted = ["Beyoncé Findling, standing", "Beyonce\u0301 Findling, row 7", "Findling Opera"]
    for title, price in zip(wanted, (90, 70, 80), strict=True):
        shop.sell(title, price)
    phone = new_visitor(javascript=False, phone=True)
    phone.open("/")
    box = phone.page.locator(".ticket").first.bounding_box()
    screen = phone.page.viewport_size
    assert box
    assert screen
    assert box["y"] + box["height"] < screen["height"]

    phone.page.get_by_label("Search by title").fill("findling BEYONCE")
    phone.press("Search")
    expect(phone.page.locator(".shelf-count")).to_have_text("2 found")
    phone.page.get_by_label("Order").select_option("Price, low to high")
    phone.press("Sort")
    assert [title[-5:] for title in titles(phone)] == ["row 7", "nding"]
    phone.page.get_by_text("Price", exact=True).click()
    phone.page.get_by_label("From $").fill("75")
    phone.press("Show")
    assert [title[-5:] for title in titles(phone)] == ["nding"]
    assert titles(phone) == [wanted[0]]

    phone.page.get_by_role("link", name="clear this search").click()
    expect(phone.page.get_by_role("link", name="clear this price")).to_be_visible()
    expect(phone.page.get_by_label("Search by title")).to_have_value("")


def test_searches_at_a_desktop(visitor: Visitor, shop: Shop, inspector: Inspector) -> None:
    """With a script the order changes at once; every state is accessible."""
    shop.sell("Quarkfest, evening", 20)
    shop.sell("Quarkfest, morning", 10)
    visitor.open("/?q=quarkfest")
    visitor.page.get_by_label("Order").select_option("Title, A to Z")
    visitor.page.wait_for_url("**sort=title*")
    assert titles(visitor) == ["Quarkfest, evening", "Quarkfest, morning"]

    visitor.open("/?q=quarkfest&minPrice=15&maxPrice=dear")
    inspector.look(visitor.page, "landing-search")
    visitor.open("/?q=quarkfest&minPrice=500")
    visitor.sees("No ticket on sale called")
    inspector.look(visitor.page, "landing-nothing-found")


def test_a_reserved_ticket_is_followed_until_it_is_sold(
    new_visitor: NewVisitor, buyer: Visitor, shop: Shop, inspector: Inspector
) -> None:
    """Its page shows by itself that it is free again; and sold says sold, to its buyer: yours."""
    ticket = shop.sell("Followed", 12)
    order = buyer.order(ticket)
    other = new_visitor()
    other.open(f"/tickets/{ticket}")
    other.sees("Somebody has reserved this ticket.")
    inspector.look(other.page, "ticket-reserved")

    buyer.page.request.delete(f"{buyer.url}/api/orders/{order}")
    expect(other.page.get_by_role("button", name="Purchase")).to_be_visible(timeout=40_000)

    buyer.order(ticket)
    buyer.pay("$12.00")
    buyer.sees_state("complete")
    other.page.reload()
    other.sees("This ticket is sold.")
    inspector.look(other.page, "ticket-sold")
    buyer.open(f"/tickets/{ticket}")
    buyer.sees("You bought this ticket.")


def test_ones_own_by_state(browser: Browser, inspector: Inspector) -> None:
    """Listings and orders, by state and by page, and what can't be known while orders is down."""
    with shop_in_memory(browser) as shop:
        (user,) = shop.api.accounts.users
        market, visitor = shop.api.market, shop.visitor
        for number in range(60):
            own = market.list_ticket(user, f"Own {number}", 10)
            if number < 2:
                market.orders[market.reserve(own["id"], "x")["id"]]["status"] = "complete"
            ordered = market.list_ticket("someone", f"Other {number}", 10)
            market.reserve(ordered["id"], user)

        visitor.open("/tickets/mine")
        inspector.look(visitor.page, "my-listings")
        visitor.page.get_by_role("link", name="Sold 2").click()
        expect(visitor.page.locator(".row-item")).to_have_count(2)
        visitor.header("My Orders")
        visitor.page.get_by_role("link", name="Open 60").click()
        expect(visitor.page.locator(".row-item")).to_have_count(50)
        visitor.page.get_by_role("link", name="Next page").click()
        expect(visitor.page.locator(".row-item")).to_have_count(10)
        inspector.look(visitor.page, "orders-open")

        shop.api.away.add("orders")
        visitor.open(f"/tickets/{ordered['id']}")
        visitor.sees("We can't see right now who has this ticket.")
        inspector.look(visitor.page, "ticket-unknown")
