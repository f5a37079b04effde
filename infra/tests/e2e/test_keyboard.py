"""Everything without a mouse."""

from playwright.sync_api import Page, expect

from infra.tests.e2e.shop import PASSWORD, Shop
from infra.tests.e2e.visitor import ORDER_PAGE, Visitor

FOCUSED = "document.activeElement.innerText || document.activeElement.id"
OUTLINE = "getComputedStyle(document.activeElement).outlineStyle"


def tab_to(page: Page, name: str, *, bound: int = 60) -> None:
    """Press Tab until the focus is on what is called so; it must be seen to be there."""
    for _ in range(bound):
        page.keyboard.press("Tab")
        if name in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"Tab never came to {name!r}")


def test_buys_by_keyboard_alone(visitor: Visitor, shop: Shop) -> None:
    """From the landing page to the complete order by Tab, Enter, Space and arrows."""
    shop.sell("By keyboard")
    page = visitor.page
    visitor.open("/?q=by+keyboard")
    keys = page.keyboard

    tab_to(page, "Sign Up")
    keys.press("Enter")
    page.wait_for_url("**/auth/signup")
    expect(page.get_by_label("Email")).to_be_focused()
    keys.type(visitor.email)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("button", name="Sign Out")).to_be_visible()

    tab_to(page, "q")
    keys.type("by keyboard")
    keys.press("Enter")
    page.wait_for_url("**/?q=by+keyboard*")
    tab_to(page, "By keyboard")
    keys.press("Enter")
    page.wait_for_url("**/tickets/*")
    tab_to(page, "Purchase")
    keys.press("Enter")
    page.wait_for_url(ORDER_PAGE)

    tab_to(page, "tok_visa")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    expect(page.get_by_role("radio", name="Declined card")).to_be_checked()
    tab_to(page, "Pay $19.99")
    keys.press("Space")
    visitor.sees("Your card was declined.")
    keys.press("Shift+Tab")
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    keys.press("Enter")
    visitor.sees_state("complete")


def test_skips_to_the_content(visitor: Visitor) -> None:
    """The first stop is the link past the header."""
    visitor.open("/")

    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate(FOCUSED) == "Skip to the content"
    visitor.page.keyboard.press("Enter")

    expect(visitor.page.locator("#content")).to_be_focused()


def test_the_focus_is_always_seen(buyer: Visitor, shop: Shop) -> None:
    """Every stop of the order's page is outlined."""
    buyer.order(shop.sell("Outlined"))

    buyer.page.keyboard.press("Tab")
    for _ in range(9):
        assert buyer.page.evaluate(OUTLINE) != "none", buyer.page.evaluate(FOCUSED)
        buyer.page.keyboard.press("Tab")


def test_an_error_takes_the_focus_to_its_field(visitor: Visitor) -> None:
    """After a refused form one is at the first field that is wrong."""
    visitor.open("/auth/signup")
    visitor.page.get_by_label("Email").fill("me@example.com")
    visitor.page.get_by_label("Password").fill("abc")

    visitor.press("Sign Up")

    expect(visitor.page.get_by_label("Password")).to_be_focused()
