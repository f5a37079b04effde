"""POST /orders/:id/pay : never in doubt whether money was taken."""

import asyncio
from typing import Any

import pytest

from ticketing_client.testing.browser import Browser, Page
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


@pytest.fixture
async def order(api: FakeApi, buyer: Browser, ticket: Json) -> Json:
    """The buyer's order of the ticket; the browser is on its page."""
    await buyer.open(f"/tickets/{ticket['id']}")
    await buyer.send("Purchase")
    (order,) = api.market.orders.values()
    return order


def state(page: Page) -> str:
    return str(page.one("#panel")["data-state"])


def payments_sent(api: FakeApi) -> int:
    return sum(r.method == "POST" and r.url.path == "/api/payments" for r in api.requests)


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


async def test_declined_then_paid(buyer: Browser, order: Json) -> None:
    """After a decline another card pays."""
    await buyer.send("Pay $19.99", token="tok_chargeDeclined")

    page = await buyer.send("Pay $19.99", token="tok_visa")

    assert state(page) == "complete"
    assert not page.has("#decline")


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


async def test_payments_fail(api: FakeApi, buyer: Browser, order: Json) -> None:
    """Where nothing was charged the page says so, and one can pay at once."""
    form = {"token": "tok_outage"}

    page = await buyer.post(f"/orders/{order['id']}/pay", form)

    assert "You were not charged." in page.one("#decline").text
    assert page.has("[data-pay]")


async def test_nobody_knows_yet(api: FakeApi, buyer: Browser, order: Json) -> None:
    """A payment in doubt says not to pay again, has no form to do so, and follows."""
    page = await buyer.post(f"/orders/{order['id']}/pay", {"token": "tok_lost"})

    assert state(page) == "paying"
    assert "Please do not pay again." in page.text
    assert not page.has("[data-pay]")
    assert page.one("#panel")["data-follow"] == "1"


async def test_in_doubt_until_it_is_known(api: FakeApi, buyer: Browser, order: Json) -> None:
    """The panel the script asks for tells how it ended."""
    await buyer.post(f"/orders/{order['id']}/pay", {"token": "tok_lost"})
    api.till.payments[order["id"]]["status"] = "charged"

    page = await buyer.open(f"/orders/{order['id']}/panel")

    assert page.one("#panel")["data-state"] == "complete"


async def test_a_slow_payment_goes_on_without_the_page(
    api: FakeApi, buyer: Browser, order: Json
) -> None:
    """The page comes back in time, and the payment is made all the same."""
    loop = asyncio.get_running_loop()
    api.slow = {"payments": 0.5}
    began = loop.time()

    answer = await buyer.http.post(
        f"/orders/{order['id']}/pay", data={"token": "tok_visa"}, follow_redirects=False
    )

    assert answer.status_code == 303
    assert loop.time() - began < 0.5
    async with asyncio.timeout(3):
        while api.till.payments[order["id"]]["status"] != "charged":
            await asyncio.sleep(0.02)


async def test_a_script_may_wait_longer(api: FakeApi, buyer: Browser, order: Json) -> None:
    """Whoever asks to wait for a slow payment learns of its end in one answer."""
    api.slow = {"payments": 0.5}

    answer = await buyer.http.post(
        f"/orders/{order['id']}/pay",
        data={"token": "tok_visa"},
        headers={"prefer": "wait=15"},
        follow_redirects=False,
    )

    assert answer.status_code == 303
    assert api.till.payments[order["id"]]["status"] == "charged"


async def test_the_bank_wants_a_confirmation(api: FakeApi, buyer: Browser, order: Json) -> None:
    """3-D Secure is a state of its own: not charged, still held, and another card is possible."""
    page = await buyer.send("Pay $19.99", token="tok_threeDSecure2Required")

    assert state(page) == "confirm"
    assert "You have not been charged yet." in page.text
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
    """Without a token the API's own message is shown."""
    page = await buyer.post(f"/orders/{order['id']}/pay", {})

    assert page.status == 400
    assert "Token must be provided" in page.text


async def test_payments_do_not_answer(api: FakeApi, buyer: Browser, order: Json) -> None:
    """The order is shown all the same, without a form, and with the truth about money."""
    api.away = {"payments"}

    page = await buyer.open(f"/orders/{order['id']}")

    assert page.status == 200
    assert "Payments do not answer at the moment" in page.text
    assert "either the ticket or all of your money back" in page.text
    assert not page.has("[data-pay]")


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
