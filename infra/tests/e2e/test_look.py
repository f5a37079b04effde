"""The look: lists in one grid, titles whole, what matters on the first screen, forced colours."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.tests.e2e.conftest import DESKTOP, PHONE
from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.shop_in_memory import Shop, shop_in_memory
from ticketing_client.templating import HUES
from ticketing_local.servers import error_pages

LONG = (
    "Cup final, north stand, and all that a seller may say of a seat in two hundred characters: "
    * 2
)

EDGES = """name => [...document.querySelectorAll(`.row-item > ${name}`)].map(each => {
  const {left, right} = each.getBoundingClientRect();
  return name === ".state" ? (left + right) / 2 : right;
}).map(Math.round)"""
CUT_OFF = """[...document.querySelectorAll("h1, h2, h3")]
  .filter(each => getComputedStyle(each).overflow !== "visible")
  .filter(each => each.scrollHeight > each.clientHeight || each.scrollWidth > each.clientWidth)
  .map(each => each.textContent)"""
FRAMELESS = """[...document.querySelectorAll(
    ".ticket, .row-item, .state, .btn, .panel, .order-panel, .card-choice, .alert")]
  .filter(each => each.getClientRects().length)
  .filter(each => getComputedStyle(each).borderTopWidth === "0px").map(each => each.className)"""


@pytest.fixture
def shop(browser: Browser) -> Iterator[Shop]:
    """With somebody signed up who has one order of each kind."""
    with shop_in_memory(browser) as shop:
        api = shop.api
        (user,) = api.accounts.users
        made = [api.market.list_ticket("someone", title, 1999.5) for title in (LONG, "B", "C", "D")]
        made[3].update(startsAt="2027-05-01T19:30:00Z", venue="Globe Theatre, London")
        bought, held, ended = [api.market.reserve(each["id"], user) for each in made[:3]]
        api.till.payments[bought["id"]]["status"] = "charged"
        bought["status"] = "complete"
        held["status"] = "awaiting:payment"
        api.market.cancel(ended["id"])
        yield shop


def _first_screen(page: Page) -> None:
    for found in (
        page.get_by_role("heading", level=1),
        page.get_by_text("Globe Theatre, London"),
        page.locator(".ticket-large .price"),
        page.get_by_role("button", name="Purchase"),
    ):
        expect(found).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_look(shop: Shop, inspector: Inspector, size: dict[str, dict[str, int]]) -> None:
    """On a phone and on a desktop."""
    page, viewport = shop.visitor.page, size["viewport"]
    free = next(iter(reversed(shop.api.market.tickets)))
    page.set_viewport_size(viewport)  # type: ignore[arg-type]

    shop.visitor.open(f"/tickets/{free}")
    _first_screen(page)
    box = page.locator(".ticket-large").bounding_box()
    assert box
    assert box["height"] > viewport["height"] * 0.45
    for path in ("/", "/orders"):
        shop.visitor.open(path)
        assert page.evaluate(CUT_OFF) == []
    shop.visitor.open("/orders")
    if size is DESKTOP:
        for column in (".row-price", ".state", ".btn"):
            edges = page.evaluate(EDGES, column)
            assert len(edges) >= 2
            assert len(set(edges)) == 1, f"{column}: {edges}"


def test_forced_colours(shop: Shop, inspector: Inspector) -> None:
    """With a visitor's own colours each thing still has an edge, and axe finds nothing."""
    page = shop.visitor.page
    page.emulate_media(forced_colors="active")
    held = list(shop.api.market.orders)[1]
    for path, name in [("/", "landing"), ("/orders", "orders"), (f"/orders/{held}", "order")]:
        shop.visitor.open(path)
        assert page.evaluate(FRAMELESS) == []
        inspector.look(page, f"forced-colours-{name}")
    expect(page.get_by_role("radio", name="Visa")).to_have_css("appearance", "auto")


def test_every_colour_of_a_ticket(shop: Shop, inspector: Inspector) -> None:
    """A ticket's colour follows from its id: all that stands on it can be read in each."""
    page = shop.visitor.page
    (user,) = shop.api.accounts.users
    own = shop.api.market.list_ticket(user, "Own", 45)
    shop.visitor.open(f"/tickets/{own['id']}")
    for hue in range(HUES):
        page.locator("#ticket").evaluate(
            "(ticket, hue) => ticket.className = ticket.className.replace(/hue-\\d/, `hue-${hue}`)",
            hue,
        )
        inspector.look(page, f"ticket-own-hue-{hue}")


def test_the_gateways_own_page(shop: Shop, inspector: Inspector) -> None:
    """While the pages themselves are away: the shop's look without a style sheet of the shop's."""
    page = shop.visitor.page
    page.route(
        "**/orders",
        lambda route: route.fulfill(
            status=502, content_type="text/html", body=error_pages.page(502)
        ),
    )

    shop.visitor.open("/orders")

    expect(page.get_by_role("heading", name="We are not getting an answer")).to_be_visible()
    inspector.look(page, "gateway-502")
    page.unroute("**/orders")
    page.get_by_role("link", name="Try again").click()
    shop.visitor.sees("Waiting for your payment")
