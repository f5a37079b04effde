"""A ticket at the door: shown on a phone or on paper, checked by whoever stands there."""

import time

import pytest
from playwright.sync_api import expect

from infra.tests.e2e.conftest import NewVisitor
from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.shop import Shop
from infra.tests.e2e.stripe import Stripe
from infra.tests.e2e.visitor import Visitor

HEARD_WITHIN = 60  # seconds, of a refund by Stripe's webhook

PRINTED = """[...document.querySelectorAll(".pass-qr, h1, .facts, .nav-items, .site-footer, .btn")]
  .filter(each => each.getClientRects().length).map(each => each.className || each.tagName)"""


def _look_again_until(door: Visitor, word: str) -> None:
    deadline = time.monotonic() + HEARD_WITHIN
    while door.page.get_by_role("heading", level=1).inner_text() != word:
        assert time.monotonic() < deadline, f"not {word} in time"
        door.page.reload()


@pytest.mark.parametrize(
    ("javascript", "phone"), [(True, True), (False, False)], ids=["phone", "no-script"]
)
def test_a_ticket_at_the_door(
    new_visitor: NewVisitor,
    shop: Shop,
    stripe: Stripe,
    inspector: Inspector,
    javascript: bool,
    phone: bool,
) -> None:
    """From the payment to the code, from there to what the door sees, until the money goes back."""
    buyer = new_visitor(javascript=javascript, phone=phone)
    door = new_visitor(javascript=javascript, phone=phone)
    buyer.has_account()
    order_id = buyer.order(shop.sell("Swan Lake, row 3 “אגם”", 42))
    buyer.pay("$42.00")
    buyer.sees("The ticket is yours")
    buyer.page.get_by_role("link", name="Show your ticket").click()

    buyer.sees(order_id)
    buyer.sees(buyer.email)
    code = buyer.page.get_by_role("img", name="A QR code")
    expect(code).to_be_in_viewport(ratio=1)  # without any scrolling, on a phone, too
    address = buyer.page.get_by_role("link", name="What the door sees").get_attribute("href")
    assert address is not None
    if javascript:
        inspector.look(buyer.page, "order-ticket")
        buyer.page.emulate_media(media="print")
        assert buyer.page.evaluate(PRINTED) == ["H1", "pass-qr", "facts"]
        buyer.page.emulate_media(media="screen")

    def sees(word: str, name: str) -> None:
        expect(door.page.get_by_role("heading", level=1)).to_have_text(word)
        expect(door.page.locator("main")).not_to_contain_text(buyer.email)
        if javascript:
            inspector.look(door.page, f"check-{name}")

    door.page.goto(address)
    sees("Valid", "valid")
    stripe.refund(order_id)
    _look_again_until(door, "Refunded")
    sees("Refunded", "refunded")
    door.page.goto(address[:-1] + ("a" if address[-1] != "a" else "b"))
    sees("Not ours", "not-ours")
