"""Pages and states the whole stack passes through too fast, or never comes to: by a fake API."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.shop_in_memory import Shop, shop_in_memory

NEVER = 10**9  # times one service has not heard of another's news

STRIPE_JS = """
window.Stripe = () => ({elements: () => ({create: () => ({mount() {}, on() {}})})});
"""

Json = dict[str, Any]


@pytest.fixture(params=[None])
def shop(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Shop]:
    """With somebody signed up; the parameter is Stripe's publishable key."""
    with shop_in_memory(browser, request.param) as shop:
        yield shop


def _reserving(shop: Shop, _: Json) -> None:
    shop.api.lag["confirm"] = NEVER


def _completing(shop: Shop, order: Json) -> None:
    shop.payment(order)["status"] = "charged"
    shop.api.lag["complete"] = NEVER


def _refunding(shop: Shop, order: Json) -> None:
    shop.payment(order)["status"] = "refund_due"
    shop.api.market.cancel(order["id"])


def _ending(shop: Shop, order: Json) -> None:
    shop.payment(order)["status"] = "charging"
    shop.api.market.cancel(order["id"])


def _too_late(shop: Shop, order: Json) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    shop.payment(order)["payableUntil"] = past.isoformat()


def _somebody_elses(shop: Shop, order: Json) -> None:
    shop.api.market.run_out(order["id"])
    shop.api.market.cancel(order["id"])
    shop.api.market.reserve(order["ticket"]["id"], "someone")


def _payments_away(shop: Shop, _: Json) -> None:
    shop.api.away.add("payments")


@pytest.mark.parametrize(
    ("happens", "text"),
    [
        (_reserving, "Reserving your ticket"),
        (_completing, "Payment received"),
        (_refunding, "You are being refunded $42.00."),
        (_ending, "Checking your last payment"),
        (_too_late, "Too little time is left"),
        (_somebody_elses, "Somebody else has reserved the ticket now."),
        (_payments_away, "Payments do not answer at the moment"),
    ],
)
def test_an_order(
    shop: Shop, inspector: Inspector, happens: Callable[[Shop, Json], None], text: str
) -> None:
    """What takes an instant as a rule is a page all the same."""
    order = shop.order()
    happens(shop, order)

    shop.visitor.open(f"/orders/{order['id']}")

    shop.visitor.sees(text)
    inspector.look(shop.visitor.page, f"order-{happens.__name__.strip('_').replace('_', '-')}")


@pytest.mark.parametrize("shop", ["pk_test_1"], indirect=True)
def test_the_card_field(shop: Shop, inspector: Inspector) -> None:
    """With a publishable key: the field, and the bank's turn."""
    shop.visitor.context.route(
        "https://js.stripe.com/**",
        lambda route: route.fulfill(body=STRIPE_JS, content_type="text/javascript"),
    )
    order = shop.order()
    shop.visitor.open(f"/orders/{order['id']}")
    shop.visitor.sees("Your card goes straight to Stripe")
    inspector.look(shop.visitor.page, "order-card-field")

    shop.payment(order)["clientSecret"] = "pi_1_secret_2"
    shop.visitor.page.reload()
    shop.visitor.sees("Confirm with your bank")
    inspector.look(shop.visitor.page, "order-card-confirm")


def test_an_empty_shop(shop: Shop, inspector: Inspector) -> None:
    """Nothing on sale invites to sell."""
    shop.visitor.open("/")

    shop.visitor.sees("Nothing on sale right now")
    inspector.look(shop.visitor.page, "landing-empty")


def test_notices_of_the_seller(shop: Shop, inspector: Inspector) -> None:
    """Listed, refused, changed: each is told on a page."""
    seller = shop.visitor
    seller.open("/")
    seller.sell("Swan Lake, balcony", "42")
    inspector.look(seller.page, "my-tickets-listed")
    seller.page.get_by_role("link", name="Edit Swan Lake, balcony").click()
    seller.page.get_by_label("Price").fill("0.10")
    seller.press("Save")
    seller.sees("Price must be at least 0.50")
    inspector.look(seller.page, "edit-errors")
    seller.page.get_by_label("Price").fill("40")
    seller.press("Save")
    seller.sees("Saved:")
    inspector.look(seller.page, "my-tickets-changed")


@pytest.mark.parametrize(
    ("away", "path", "text"),
    [
        ("", "/broken", "Something went wrong on our side"),
        ("tickets", "/tickets/mine", "Your tickets can't be shown right now"),
        ("orders", f"/orders/{'0' * 24}", "We are not getting an answer"),
    ],
)
def test_failures(shop: Shop, inspector: Inspector, away: str, path: str, text: str) -> None:
    """What is broken is told on a page, too."""
    shop.api.away.add(away)

    shop.visitor.open(path)

    shop.visitor.sees(text)
    inspector.look(shop.visitor.page, f"broken-{away or 'client'}")


def test_the_widest(shop: Shop, inspector: Inspector) -> None:
    """A title without a space and the highest price fit into the smallest screen."""
    visitor, market = shop.visitor, shop.api.market
    (user,) = shop.api.accounts.users
    title, price = "W" * 200, 999_999.99
    ticket = market.list_ticket("someone", title, price)
    own = market.list_ticket(user, title, price)
    for path, name in [
        ("/", "landing"),
        (f"/?q={title[:100]}x", "nothing-found"),
        (f"/tickets/{ticket['id']}", "ticket"),
        (f"/tickets/mine?listed={own['id']}", "my-tickets"),
        (f"/orders/{market.reserve(ticket['id'], user)['id']}", "order"),
        ("/orders", "orders"),
    ]:
        visitor.open(path)
        inspector.look(visitor.page, f"widest-{name}")
