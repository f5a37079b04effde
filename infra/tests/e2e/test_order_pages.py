"""An order's page in every state: accessible, within the screen, light and dark, and pictured."""

import re

from playwright.sync_api import Route

from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.shop import Shop
from infra.tests.e2e.stripe import Stripe
from infra.tests.e2e.visitor import Visitor


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
