"""Every page in every state: accessible, within the screen, light and dark, and pictured."""

import pytest

from infra.tests.e2e.conftest import NewVisitor
from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.shop import PASSWORD, Shop
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
    seller.sees("Somebody bought it.")
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
