"""The card field, with a stand-in for Stripe's script: the real one can't be had offline.

What the stand-in shows is ours: that the policy lets it in, what we ask of it, and what we do with
its answers.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from infra.tests.e2e.client import running_client
from infra.tests.e2e.conftest import windows
from infra.tests.e2e.shop import Shop
from infra.tests.e2e.stack import Stack
from infra.tests.e2e.stripe import Stripe
from infra.tests.e2e.visitor import Visitor

STRIPE_JS = """
window.Stripe = key => {
  const field = document.createElement("input");
  field.setAttribute("aria-label", "Card");
  return {
    elements: () => ({create: kind => ({mount: box => box.append(field), on() {}})}),
    createPaymentMethod: async ({type, card}) => ({
      incomplete: {error: {type: "validation_error", message: "Your card number is incomplete."}},
      broken: {error: {type: "api_error", message: "An error for developers."}},
    })[field.value] ?? {paymentMethod: {id: await window.method(type, field.value)}},
    handleNextAction: async ({clientSecret}) => window.bank(clientSecret),
  };
};
"""


@pytest.fixture(scope="module")
def shop_with_cards(stack: Stack) -> Iterator[str]:
    """A client with a publishable key, over the stack's API."""
    with running_client(stack.url, STRIPE_PUBLISHABLE_KEY="pk_test_1") as url:
        yield url


@pytest.fixture
def buyer(browser: Browser, shop_with_cards: str, stripe: Stripe) -> Iterator[Visitor]:
    with windows(browser, shop_with_cards) as create:
        buyer = create()
        buyer.context.route(
            "https://js.stripe.com/v3/",
            lambda route: route.fulfill(body=STRIPE_JS, content_type="text/javascript"),
        )

        def bank(client_secret: str) -> dict[str, object]:
            stripe.bank_confirms(client_secret)
            return {}

        buyer.page.expose_function("bank", bank)
        buyer.page.expose_function("method", stripe.payment_method)
        buyer.has_account()
        yield buyer


def test_declined_then_paid_without_typing_again(
    buyer: Visitor, shop: Shop, stripe: Stripe
) -> None:
    """A decline is told by the field, which keeps what is in it; the ticket is still held."""
    order_id = buyer.order(shop.sell("By card"))
    card = buyer.page.get_by_label("Card", exact=True)

    card.fill("tok_chargeDeclined")
    buyer.press("Pay $19.99")
    buyer.sees("Your card was declined.")
    buyer.sees("You were not charged.")
    expect(card).to_have_value("tok_chargeDeclined")
    card.fill("tok_visa")
    buyer.press("Pay $19.99")

    buyer.sees_state("complete")
    assert stripe.charged(order_id) == (1, 1999)


def test_the_card_becomes_a_payment_method(buyer: Visitor, shop: Shop) -> None:
    """What is sent is Stripe's name for a payment method, which live keys take, unlike a token."""
    buyer.order(shop.sell("Payment method"))
    buyer.page.get_by_label("Card", exact=True).fill("tok_visa")

    with buyer.page.expect_request("**/pay") as sent:
        buyer.press("Pay $19.99")

    assert (sent.value.post_data or "").startswith("token=pm_")
    buyer.sees_state("complete")


def test_an_incomplete_card_is_not_sent(buyer: Visitor, shop: Shop, stripe: Stripe) -> None:
    """What Stripe's script says of the card stands by the field, and nothing is paid."""
    order_id = buyer.order(shop.sell("Incomplete card"))

    buyer.page.get_by_label("Card", exact=True).fill("incomplete")
    buyer.press("Pay $19.99")

    buyer.sees("Your card number is incomplete.")
    expect(buyer.page.get_by_role("button", name="Pay $19.99")).to_be_enabled()
    buyer.page.get_by_label("Card", exact=True).fill("broken")
    buyer.press("Pay $19.99")
    buyer.sees("Stripe could not take your card just now. Please try again.")
    expect(buyer.page.locator(".money-line")).to_have_text("You have not been charged.")
    assert stripe.charged(order_id) == (0, 0)


def test_a_slow_decline_keeps_the_card(buyer: Visitor, shop: Shop, stripe: Stripe) -> None:
    """Even when the bank takes longer than a page waits."""
    buyer.order(shop.sell("Slow decline"))
    stripe.slow_down_next_confirmation(3)
    card = buyer.page.get_by_label("Card", exact=True)

    card.fill("tok_chargeDeclined")
    buyer.press("Pay $19.99")

    buyer.sees("Your card was declined.")
    expect(card).to_have_value("tok_chargeDeclined")


def test_the_bank_is_asked_by_stripes_script(buyer: Visitor, shop: Shop, stripe: Stripe) -> None:
    """3-D Secure: one button, then the page follows to the end."""
    order_id = buyer.order(shop.sell("3-D Secure by card"))
    buyer.page.get_by_label("Card", exact=True).fill("tok_threeDSecure2Required")
    buyer.press("Pay $19.99")
    buyer.sees_state("confirm")

    buyer.press("Confirm with your bank")

    buyer.sees_state("complete", within=30)
    assert stripe.charged(order_id) == (1, 1999)


def test_stripes_script_can_not_be_had(buyer: Visitor, shop: Shop) -> None:
    """The page says so, and that the ticket is held."""
    buyer.context.unroute_all()
    buyer.context.route("https://js.stripe.com/**", lambda route: route.abort())

    buyer.order(shop.sell("No script of Stripe's"))

    buyer.sees("Stripe's card field could not be loaded. Your ticket is held; please reload.")
    buyer.complaints[:] = [each for each in buyer.complaints if "js.stripe.com" not in each]
