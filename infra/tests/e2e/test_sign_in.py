"""Signing in on the way to something: to a ticket, or back to what was being typed."""

import pytest
from playwright.sync_api import expect

from infra.tests.e2e.conftest import NewVisitor
from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.shop import PASSWORD, Shop, new_email

TITLE = "Signed out, row 3 “א”"


@pytest.mark.parametrize(
    ("javascript", "phone"), [(True, True), (False, False)], ids=["phone", "no-script"]
)
def test_buying_begins_signed_out(
    new_visitor: NewVisitor, shop: Shop, inspector: Inspector, javascript: bool, phone: bool
) -> None:
    """Purchase leads a stranger to the reserved ticket: by an address that is in use and told so at
    its field, and by signing in with it; every page says what happens next."""
    known = new_email("known")
    shop.account(known)
    visitor = new_visitor(javascript=javascript, phone=phone)
    visitor.open(f"/tickets/{shop.sell(TITLE, 1250)}")

    visitor.press("Purchase")
    visitor.sees("Nothing is charged before you pay")
    visitor.page.get_by_role("link", name="Create an account").click()
    visitor.sees(TITLE)
    visitor.page.get_by_label("Email").fill(known)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.press("Sign Up")

    expect(visitor.page.locator("#email-error")).to_have_text("Email in use")
    expect(visitor.page.locator("#email")).to_have_attribute("aria-invalid", "true")
    if javascript:
        inspector.look(visitor.page, "signup-in-use-to-buy")
    visitor.page.get_by_role("link", name="Sign in with it").click()
    visitor.sees("is reserved for you at $1,250.00")
    if javascript:
        inspector.look(visitor.page, "signin-to-buy")
    visitor.page.get_by_label("Email").fill(known)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.press("Sign In")

    visitor.sees("Reserved for you")
    visitor.sees(TITLE)
    expect(visitor.page.locator(".who")).to_have_text(f"Signed in as {known}")
    if javascript:
        inspector.look(visitor.page, "signed-in-to-buy")
    assert "purchase" not in visitor.cookies()


@pytest.mark.parametrize(
    ("javascript", "phone"), [(False, True), (True, False)], ids=["phone-no-script", "desktop"]
)
def test_a_session_ends_while_a_ticket_is_typed(
    new_visitor: NewVisitor, javascript: bool, phone: bool
) -> None:
    """Whoever has signed out in another tab finds it all there after signing in again."""
    seller = new_visitor(javascript=javascript, phone=phone)
    seller.sign_up()
    seller.open("/tickets/new")
    seller.page.get_by_label("Title").fill("100% Jazz & “מוזיקה” #1")
    seller.page.get_by_label("Price").fill("1,250")
    seller.context.clear_cookies()

    seller.press("List the ticket")
    seller.page.get_by_label("Email").fill(seller.email)
    seller.page.get_by_label("Password").fill(PASSWORD)
    seller.press("Sign In")

    expect(seller.page.get_by_label("Title")).to_have_value("100% Jazz & “מוזיקה” #1")
    expect(seller.page.get_by_label("Price")).to_have_value("1,250")
    seller.press("List the ticket")
    seller.sees("is on sale for $1,250.00")
