"""POST /orders/:id/pay : never in doubt whether money was taken."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from client.tests.pages.paying import payments_sent, state
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


async def test_pays(buyer: Browser, order: Json) -> None:
    """The payment leads to the complete order and says what was paid."""
    page = await buyer.send("Pay $19.99", token="tok_visa")

    assert page.path == f"/orders/{order['id']}"
    assert page.one("h1").text == "The ticket is yours"
    assert "You paid $19.99." in page.text


async def test_waits_for_the_order_to_complete(api: FakeApi, buyer: Browser, order: Json) -> None:
    """The page after a payment is the complete order, even if orders hears of it a bit later."""
    api.lag["complete"] = 4

    page = await buyer.send("Pay $19.99")

    assert state(page) == "complete"


async def test_completes_later_than_one_waits(api: FakeApi, buyer: Browser, order: Json) -> None:
    """If it takes longer still the page says that the money has arrived, and follows."""
    api.lag["complete"] = 10_000

    page = await buyer.send("Pay $19.99")

    assert state(page) == "completing"
    assert "You paid $19.99." in page.text
    assert page.one("#panel")["data-follow"] == "1"


async def test_waits_for_payments_to_hear_of_the_order(
    api: FakeApi, buyer: Browser, order: Json
) -> None:
    """A buyer faster than the news is not told that there is no such order."""
    api.lag["payments"] = 3

    page = await buyer.send("Pay $19.99")

    assert state(page) == "complete"


async def test_reloading_after_a_payment_pays_nothing(
    api: FakeApi, buyer: Browser, order: Json
) -> None:
    """What follows a payment is a page that can be reloaded."""
    page = await buyer.send("Pay $19.99")

    await buyer.open(page.path)

    assert payments_sent(api) == 1


async def test_a_second_click(api: FakeApi, buyer: Browser, order: Json) -> None:
    """A form sent twice shows the one payment that was made."""
    form = {"token": "tok_visa"}
    await buyer.post(f"/orders/{order['id']}/pay", form)

    page = await buyer.post(f"/orders/{order['id']}/pay", form)

    assert state(page) == "complete"


async def test_a_refund_is_told(api: FakeApi, buyer: Browser, order: Json) -> None:
    """A payment that came too late comes back, and the page says how much and how far."""
    api.market.cancel(order["id"])
    payment = api.till.payments[order["id"]]

    payment["status"] = "refund_due"
    page = await buyer.open(f"/orders/{order['id']}")
    assert "You are being refunded $19.99." in page.text

    payment["status"] = "refunded"
    page = await buyer.open(f"/orders/{order['id']}")
    assert "You were refunded $19.99." in page.text
    assert page.form("Order again")


async def test_with_another_account(
    api: FakeApi, buyer: Browser, order: Json, new_browser: Callable[[], Browser]
) -> None:
    """Who has signed in as somebody else, in a second tab, is told whose order it is not."""
    other = new_browser()
    await other.sign_up("other@example.com")

    page = await other.post(f"/orders/{order['id']}/pay", {"token": "tok_visa"})

    assert page.status == 403
    assert "You are signed in as other@example.com" in page.text
    assert "Nothing was charged by this try." in page.text
    assert api.till.payments[order["id"]]["status"] == "none"


async def test_a_session_that_ended_while_paying(api: FakeApi, buyer: Browser, order: Json) -> None:
    """The page to sign in says what may become of a payment, and leads back to the order."""
    kept = dict(api.accounts.users)
    api.accounts.users.clear()
    page = await buyer.post(f"/orders/{order['id']}/pay", {"token": "tok_visa"})

    assert page.path == f"/auth/signin?next=/orders/{order['id']}"
    assert "If a payment was begun it goes on meanwhile" in page.text

    api.accounts.users.update(kept)
    page = await buyer.send("Sign In", email="buyer@example.com", password="password")
    assert page.path == f"/orders/{order['id']}"


async def test_a_live_key_speaks_of_no_tests(
    api: FakeApi, buyer: Browser, order: Json, new_app: Callable[..., FastAPI]
) -> None:
    """With a live publishable key there is the card field only."""
    live = Browser(new_app(STRIPE_PUBLISHABLE_KEY="pk_live_1"))
    live.http.cookies.update(buyer.http.cookies)

    page = await live.open(f"/orders/{order['id']}")

    assert page.has("#card-field")
    assert "test" not in page.text.lower()
    assert "no real money" not in page.text
    assert "tok_" not in page.html
    await live.close()
