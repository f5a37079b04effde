"""Every page in every state: accessible, within the screen, light and dark, and pictured."""

import re

import pytest
from playwright.sync_api import Route

from infra.tests.e2e.conftest import NewVisitor
from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.shop import PASSWORD, Shop
from infra.tests.e2e.stripe import Stripe
from infra.tests.e2e.visitor import Visitor

LONG = "The whole programme of the evening, with every artist on the bill and the seat, row by row"


def test_landing(new_visitor: NewVisitor, shop: Shop, inspector: Inspector) -> None:
    """Signed out and signed in, with results and without, and a second page."""
    for number in range(25):
        shop.sell(f"Concert on the pier, evening {number + 1}", 18 + number * 7.5)
    shop.sell(LONG, 1999.99)
    visitor = new_visitor()

    visitor.open("/")
    inspector.look(visitor.page, "landing")
    visitor.open("/?q=nothing+like+it")
    inspector.look(visitor.page, "landing-nothing-found")
    visitor.open("/?q=concert&page=2")
    inspector.look(visitor.page, "landing-page-2")
    visitor.sign_up()
    inspector.look(visitor.page, "landing-signed-in")


def test_accounts(visitor: Visitor, inspector: Inspector) -> None:
    """Signing up, in and out, with errors and without."""
    visitor.open("/auth/signup")
    inspector.look(visitor.page, "signup")
    visitor.page.get_by_label("Email").fill("nonsense")
    visitor.press("Sign Up")
    visitor.sees("Please check this")
    inspector.look(visitor.page, "signup-errors")
    visitor.open("/auth/signin?next=/orders")
    inspector.look(visitor.page, "signin")
    visitor.page.get_by_label("Email").fill("nobody@example.com")
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.press("Sign In")
    visitor.sees("Invalid credentials")
    inspector.look(visitor.page, "signin-errors")
    visitor.sign_up()
    visitor.open("/auth/signout")
    inspector.look(visitor.page, "signout")
    visitor.press(f"Sign out {visitor.email}")
    visitor.open("/auth/signout")
    inspector.look(visitor.page, "signed-out")


def test_selling(new_visitor: NewVisitor, inspector: Inspector) -> None:
    """Listing, one's tickets in each state, editing and why not."""
    seller, buyer = new_visitor(), new_visitor()
    for visitor in (seller, buyer):
        visitor.has_account()
    seller.open("/tickets/mine")
    inspector.look(seller.page, "my-tickets-empty")
    seller.open("/tickets/new")
    inspector.look(seller.page, "sell")
    seller.press("List the ticket")
    seller.sees("Title is required")
    inspector.look(seller.page, "sell-errors")

    for title in ("Kept", "Reserved", LONG):
        seller.sell(title, "45")
    ids = {
        link.inner_text(): str(link.get_attribute("href")).rpartition("/")[2]
        for link in seller.page.locator(".row-main a").all()
    }
    buyer.order(ids[LONG])
    buyer.pay("$45.00")
    buyer.sees_state("complete")
    buyer.order(ids["Reserved"])
    seller.open("/tickets/mine")
    seller.sees("Sold and paid for.")
    inspector.look(seller.page, "my-tickets")
    seller.open(f"/tickets/{ids['Kept']}/edit")
    inspector.look(seller.page, "edit")
    seller.open(f"/tickets/{ids['Reserved']}/edit")
    seller.sees("Somebody has reserved this ticket")
    inspector.look(seller.page, "edit-reserved")
    for title in ids:
        seller.open(f"/tickets/{ids[title]}")
        inspector.look(seller.page, f"ticket-own-{title.partition(' ')[0].lower()}")
    buyer.open(f"/tickets/{ids['Kept']}/edit")
    inspector.look(buyer.page, "edit-not-yours")


def test_tickets(new_visitor: NewVisitor, shop: Shop, inspector: Inspector) -> None:
    """Free, reserved by oneself, by somebody else, lost in a race, and bought."""
    first, second = new_visitor(), new_visitor()
    for visitor in (first, second):
        visitor.has_account()
    id = shop.sell("Hamilton, matinée, two rows from the stage", 199.5)

    second.open(f"/tickets/{id}")
    inspector.look(second.page, "ticket")
    first.order(id)
    second.press("Purchase")
    second.sees("Somebody was faster")
    inspector.look(second.page, "ticket-somebody-was-faster")
    second.open(f"/tickets/{id}")
    inspector.look(second.page, "ticket-taken")
    first.open(f"/tickets/{id}")
    inspector.look(first.page, "ticket-reserved-for-you")
    first.page.get_by_role("link", name="Go on and pay").click()
    first.pay("$199.50")
    first.sees_state("complete")
    first.open(f"/tickets/{id}")
    first.sees("You bought this ticket.")
    inspector.look(first.page, "ticket-bought")


def test_orders(buyer: Visitor, shop: Shop, inspector: Inspector, stripe: Stripe) -> None:
    """An order in each state, and the list of them."""
    buyer.open("/orders")
    inspector.look(buyer.page, "orders-empty")

    buyer.order(shop.sell("Open-air cinema: Metropolis with live organ", 14.99))
    inspector.look(buyer.page, "order-open")
    buyer.pay("$14.99", "Declined card")
    buyer.sees("Your card was declined.")
    inspector.look(buyer.page, "order-declined")
    buyer.pay("$14.99")
    buyer.sees_state("complete")
    inspector.look(buyer.page, "order-complete")

    buyer.order(shop.sell("Radiohead, standing", 310))
    buyer.pay("$310.00", "3-D Secure card")
    buyer.sees_state("confirm")
    inspector.look(buyer.page, "order-confirm")
    buyer.page.get_by_text("I don't want it any more").click()
    buyer.press("Cancel the order")
    buyer.sees_state("cancelled")
    inspector.look(buyer.page, "order-cancelled")

    buyer.order(shop.sell("Nils Frahm, row F", 85))
    buyer.open("/orders")
    inspector.look(buyer.page, "orders")


def test_an_order_in_doubt(
    buyer: Visitor, shop: Shop, inspector: Inspector, stripe: Stripe
) -> None:
    """Charged, but nobody has heard of it: confirming, then refunded, as the order was given up; it
    is on its way until it can't fail any more."""
    order_id = buyer.order(shop.sell("Swan Lake, balcony", 42))
    stripe.lose_next_confirmation()
    buyer.page.get_by_role("button", name="Pay $42.00").click()
    buyer.sees_state("paying")
    inspector.look(buyer.page, "order-paying")

    buyer.page.request.delete(f"{buyer.url}/api/orders/{order_id}")
    buyer.sees_state("refunding", within=60)

    buyer.sees("You are being refunded $42.00.")
    assert stripe.refunded(order_id) == 4200
    inspector.look(buyer.page, "order-refunding")


def test_without_script(buyer: Visitor, shop: Shop, inspector: Inspector) -> None:
    """What only those without scripts see is accessible as well.

    axe itself is a script, so the page is looked at with its own scripts taken out.
    """
    order_id = buyer.order(shop.sell("No script", 20))

    def without_scripts(route: Route) -> None:
        html = re.sub(r"<script.*?</script>|</?noscript>", "", route.fetch().text())
        route.fulfill(body=html, content_type="text/html")

    buyer.context.route(f"**/orders/{order_id}", without_scripts)
    buyer.open(f"/orders/{order_id}")

    buyer.sees("Check again")
    inspector.look(buyer.page, "order-open-no-script")


@pytest.mark.parametrize(
    ("path", "name"), [("/nowhere", "not-found"), ("/tickets/nonsense", "no-such-ticket")]
)
def test_problems(visitor: Visitor, inspector: Inspector, path: str, name: str) -> None:
    """Pages that are not there are pages, too."""
    visitor.open(path)

    visitor.sees("There is nothing here")
    inspector.look(visitor.page, name)


def test_not_yours(
    new_visitor: NewVisitor, buyer: Visitor, shop: Shop, inspector: Inspector
) -> None:
    """Somebody else's order says no more than that."""
    order_id = buyer.order(shop.sell("Private"))
    other = new_visitor()
    other.has_account()

    other.open(f"/orders/{order_id}")

    other.sees("This belongs to somebody else")
    inspector.look(other.page, "not-yours")
