"""A test card's bank, where the stand-in for Stripe plays it in a tab of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from infra.tests.e2e.client import running_client
from infra.tests.e2e.conftest import windows
from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.shop import Shop
from infra.tests.e2e.stack import Stack
from infra.tests.e2e.stripe import Stripe
from infra.tests.e2e.visitor import Visitor

BANK = "/_fake/payment_intents/{intent}/authentication"


@pytest.fixture(scope="module")
def shop_with_bank(stack: Stack) -> Iterator[str]:
    """A client that knows where the bank is, over the stack's API."""
    bank = stack.stripe_url + BANK
    with running_client(stack.url, STRIPE_TEST_BANK_URL=bank) as url:
        yield url


@pytest.fixture
def buyer(browser: Browser, shop_with_bank: str) -> Iterator[Visitor]:
    with windows(browser, shop_with_bank) as create:
        buyer = create()
        buyer.has_account()
        yield buyer


@pytest.mark.parametrize(
    ("answer", "state", "charges"),
    [("Complete authentication", "complete", 1), ("Fail authentication", "open", 0)],
)
def test_the_order_follows_what_one_does_at_the_bank(
    buyer: Visitor,
    shop: Shop,
    stripe: Stripe,
    inspector: Inspector,
    answer: str,
    state: str,
    charges: int,
) -> None:
    """The bank's page opens beside the order's, which learns by itself what was done there."""
    order_id = buyer.order(shop.sell("At the bank"))
    buyer.pay("$19.99", "3-D Secure card")
    buyer.sees_state("confirm")
    inspector.look(buyer.page, "order-confirm-at-the-bank")

    with buyer.context.expect_page() as opened:
        buyer.page.get_by_role("link", name="Confirm with your bank").click()
    opened.value.get_by_role("button", name=answer).click()

    buyer.sees_state(state, within=30)
    assert stripe.charged(order_id)[0] == charges
