"""The time left: right whatever the visitor's clock says, and told to every sense."""

import re

import pytest
from playwright.sync_api import Page, expect

from infra.tests.e2e.conftest import NewVisitor
from infra.tests.e2e.shop import Shop
from infra.tests.e2e.stack import WINDOW_SECONDS
from infra.tests.e2e.visitor import Visitor

WRONG_CLOCK = "const right = Date.now; Date.now = () => right() + {};"
LEAP = "milliseconds => {const before = Date.now; Date.now = () => before() + milliseconds}"
SHOWN_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


def seconds_left(page: Page) -> int:
    digits = page.locator("[data-digits]").inner_text()
    minutes, seconds = digits.split(":")
    return int(minutes) * 60 + int(seconds)


@pytest.mark.parametrize("wrong_by", [3600_000, -3600_000], ids=["fast", "slow"])
def test_a_wrong_clock_does_no_harm(new_visitor: NewVisitor, shop: Shop, wrong_by: int) -> None:
    """With a clock an hour off the time left is the server's."""
    buyer = new_visitor()
    buyer.context.add_init_script(WRONG_CLOCK.format(wrong_by))
    buyer.has_account()

    buyer.order(shop.sell("Wrong clock"))

    expect(buyer.page.locator("[data-digits]")).to_have_text(re.compile(r"\d:\d\d"))
    assert 0 < seconds_left(buyer.page) <= WINDOW_SECONDS


def test_the_deadline_is_in_the_visitors_zone(new_visitor: NewVisitor, shop: Shop) -> None:
    """Scripts show the moment where the visitor is; it stays machine-readable."""
    buyer = new_visitor(timezone_id="Asia/Kathmandu")
    buyer.has_account()
    buyer.order(shop.sell("Far away"))

    time = buyer.page.locator("time")
    expect(time).not_to_contain_text("UTC")
    shown = time.inner_text()
    there = buyer.page.evaluate(
        "moment => new Date(moment).toLocaleTimeString('en-GB', {timeZone: 'Asia/Kathmandu'})",
        time.get_attribute("datetime"),
    )
    assert shown == there


def test_digits_are_for_the_eye_and_words_for_the_ear(buyer: Visitor, shop: Shop) -> None:
    """The ticking is hidden from screen readers; at thirty seconds they are told once."""
    buyer.order(shop.sell("Spoken"))
    expect(buyer.page.locator("[data-digits]")).to_have_attribute("aria-hidden", "true")
    without_the_server(buyer)

    buyer.page.evaluate(LEAP, (seconds_left(buyer.page) - 32) * 1000)

    announcer = buyer.page.locator("#announcer")
    expect(announcer).to_have_text("30 seconds left to pay.")
    expect(buyer.page.locator(".countdown")).to_have_class("countdown now")
    buyer.sees("Last seconds: pay")


def test_a_longer_wait_is_told_at_five_two_and_one_minute(buyer: Visitor, shop: Shop) -> None:
    """With a deadline further off, each threshold is spoken as it passes, also after a sleep."""
    buyer.order(shop.sell("Spoken more"))
    without_the_server(buyer)
    announcer = buyer.page.locator("#announcer")
    countdown = buyer.page.locator(".countdown")
    buyer.page.evaluate(LEAP, -(600 - seconds_left(buyer.page)) * 1000)
    buyer.page.evaluate(SHOWN_AGAIN)
    expect(countdown).to_have_class("countdown")

    for left, words, looks in [
        (301, "5 minutes left to pay.", "countdown"),
        (121, "2 minutes left to pay.", "countdown soon"),
        (61, "1 minute left to pay.", "countdown soon"),
    ]:
        buyer.page.evaluate(LEAP, (seconds_left(buyer.page) - left) * 1000)
        buyer.page.evaluate(SHOWN_AGAIN)
        expect(announcer).to_have_text(words)
        expect(countdown).to_have_class(looks)


def test_after_a_sleep_the_server_is_asked(buyer: Visitor, shop: Shop) -> None:
    """A page in the background for long shows the truth at once when it is looked at again."""
    buyer.order(shop.sell("Slept"))
    buyer.page.evaluate(LEAP, -600_000)  # as if the page's time had stood still

    with buyer.page.expect_response("**/panel"):
        buyer.page.evaluate(SHOWN_AGAIN)

    expect(buyer.page.locator("[data-digits]")).to_have_text(re.compile(r"[01]:\d\d"))


def without_the_server(buyer: Visitor) -> None:
    """The page can't look, as in a tunnel; so only its own clock moves it."""
    buyer.context.route("**/panel", lambda route: route.fulfill(status=503, body=""))
    buyer.refused_pages.add(buyer.page.url + "/panel")
