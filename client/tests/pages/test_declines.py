"""POST /orders/:id/pay, refused: why, that nothing was charged, and the next try."""

from typing import Any

import httpx

from client.tests.pages.paying import state
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


async def test_declined(buyer: Browser, order: Json) -> None:
    """Stripe's message stands by the form, with the ticket held, the choice kept, no money gone."""
    page = await buyer.send("Pay $19.99", token="tok_chargeDeclined")

    assert page.status == 200
    assert page.response.history[0].status_code == 303
    assert page.response.url.fragment == "decline"
    assert "Your card was declined." in page.one("form #decline").text
    assert "The ticket is still held for you" in page.text
    assert "You were not charged." in page.text
    assert page.one("input[checked]")["value"] == "tok_chargeDeclined"


async def test_too_many_declines_are_said_so(api: FakeApi, buyer: Browser, order: Json) -> None:
    """On the order's own page, which a script can take over, in the sentence that says when."""
    why = "Too many cards were declined, please try again in 9 minutes"
    body = {"errors": [{"message": why}]}
    api.odd["POST payments"] = httpx.Response(429, json=body, headers={"Retry-After": "540"})

    page = await buyer.send("Pay $19.99")

    assert (page.status, page.response.headers["Retry-After"]) == (429, "540")
    assert page.one("#order > .alert").get_text() == f"{why}. This card was not charged."
    assert page.one("#panel").has_attr("data-state")
    assert page.has("[data-pay]")


async def test_declined_then_paid(buyer: Browser, order: Json) -> None:
    """After a decline another card pays."""
    await buyer.send("Pay $19.99", token="tok_chargeDeclined")

    page = await buyer.send("Pay $19.99", token="tok_visa")

    assert state(page) == "complete"
    assert not page.has("#decline")


async def test_payments_fail(api: FakeApi, buyer: Browser, order: Json) -> None:
    """Where nothing was charged the page says so, and one can pay at once."""
    form = {"token": "tok_outage"}

    page = await buyer.post(f"/orders/{order['id']}/pay", form)

    assert "You were not charged." in page.one("#decline").text
    assert page.has("[data-pay]")


async def test_the_bank_wants_a_confirmation(api: FakeApi, buyer: Browser, order: Json) -> None:
    """3-D Secure is a state of its own: not charged, still held, and another card is possible."""
    page = await buyer.send("Pay $19.99", token="tok_threeDSecure2Required")

    assert state(page) == "confirm"
    assert "$19.99 is charged as soon as you confirm it." in page.text
    assert "not charged" not in page.text
    assert "You pay nothing." not in page.text
    assert page.one("#panel")["data-client-secret"] == "pi_1_secret_2"
    assert page.has("#tok_visa")

    page = await buyer.send("Pay $19.99", token="tok_visa")
    assert state(page) == "complete"


async def test_an_error_that_only_the_answer_tells(buyer: Browser, order: Json) -> None:
    """What the order's page can't know is shown at once, beside the form."""
    page = await buyer.post(f"/orders/{order['id']}/pay", {"token": "tok_malformed"})

    assert page.status == 400
    assert "Token is not one" in page.one("#order > .alert").text
    assert page.has("[data-pay]")


async def test_nothing_chosen(buyer: Browser, order: Json) -> None:
    """The page says what is missing, in no developer's words, and takes a card then."""
    page = await buyer.post(f"/orders/{order['id']}/pay", {})

    assert page.status == 400
    assert "Please choose a card" in page.one("#order > .alert").text
    assert page.has("[data-pay]")


async def test_no_card_is_left_to_try(api: FakeApi, buyer: Browser, order: Json) -> None:
    """An order that takes no card any more offers no form, and says what one can do."""
    api.till.payments[order["id"]].update(message="Your card was declined.", triesLeft=0)

    page = await buyer.open(f"/orders/{order['id']}")

    assert not page.has("[data-pay]")
    assert "Too many cards were declined" in page.text
    assert "You were not charged." in page.text
    assert page.form("Cancel the order")
