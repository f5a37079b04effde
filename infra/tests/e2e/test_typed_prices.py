"""Prices as people type them, in a browser: with a script and without the same amounts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from infra.tests.e2e.conftest import windows
from infra.tests.e2e.in_memory import client_in_memory
from infra.tests.e2e.visitor import Visitor
from ticketing_client.testing.fake_api import FakeApi
from ticketing_client.testing.typed_prices import TYPED_PRICES
from ticketing_client.typed_price import said_of

TYPABLE = {typed: becomes for typed, becomes in TYPED_PRICES.items() if typed.isprintable()}


class Seller:
    """Somebody at the form, with a fake of the API behind it."""

    def __init__(self, api: FakeApi, visitor: Visitor, scripted: bool) -> None:
        self.api = api
        self.scripted = scripted
        self.visitor = visitor
        self.price = visitor.page.get_by_label("Price")
        self.said = visitor.page.locator("#price-said")

    def list(self, price: str) -> str | None:
        """The price the ticket is on sale at; None where the form came back."""
        self.api.market.tickets.clear()
        if not self.visitor.page.url.endswith("/tickets/new"):
            self.visitor.open("/tickets/new")
            self.visitor.page.get_by_label("Title").fill("Swan Lake")
        self.price.fill(price)
        with self.visitor.page.expect_navigation():
            self.price.press("Enter")
        listed = [each["price"] for each in self.api.market.tickets.values()]
        return f"{listed[0]:.2f}" if listed else None


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def seller(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Seller]:
    api = FakeApi()
    with client_in_memory(api, None) as url, windows(browser, url) as create:
        visitor = create(javascript=request.param)
        visitor.has_account()
        yield Seller(api, visitor, request.param)


def test_a_price_becomes_what_it_says_or_is_refused(seller: Seller) -> None:
    """Each of them, sent at once, as by somebody faster than any script; what is refused stays in
    the field to the letter. Without a script some will do: nothing but the service looks at them
    then, and its own tests have all of them."""
    for typed, becomes in list(TYPABLE.items())[:: 1 if seller.scripted else 4]:
        assert seller.list(typed) == becomes, typed

        if becomes is None:
            assert seller.price.input_value() == typed
            assert seller.visitor.page.locator("#price-error").text_content()


@pytest.mark.parametrize("seller", [True], indirect=True)
def test_what_is_understood_is_said_before_it_is_sent(seller: Seller) -> None:
    """Beside the field, which the script never changes; the last thing typed is what counts."""
    seller.visitor.open("/tickets/new")
    for typed in list(TYPABLE)[::7]:  # all of them are asked for in the client's own tests
        seller.price.fill(typed)

        expect(seller.said).to_have_text(said_of(typed).text)
        assert seller.price.input_value() == typed

    seller.price.fill("1,250")
    seller.price.blur()
    expect(seller.price).to_have_value("1,250")
    expect(seller.said).to_have_text("Buyers pay $1,250.00.")
