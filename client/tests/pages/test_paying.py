"""POST /orders/:id/pay : never in doubt whether money was taken."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

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
    async with asyncio.timeout(60):
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


@pytest.mark.parametrize(
    ("happens", "follows"),
    [({}, None), ({"status": "charging"}, "3"), ({"clientSecret": "pi_1_secret_2"}, "3")],
)
async def test_follows_without_script(
    api: FakeApi, buyer: Browser, order: Json, happens: Json, follows: str | None
) -> None:
    """Where nothing is typed or chosen the page looks again by itself, for who runs no script."""
    api.till.payments[order["id"]].update(happens)

    page = await buyer.open(f"/orders/{order['id']}?card=tok_visa")

    refresh = page.soup.select("noscript meta[http-equiv=refresh]")
    expected = [f"{follows}; url=/orders/{order['id']}"] if follows else []
    assert [tag["content"] for tag in refresh] == expected


async def test_another_card_without_script(api: FakeApi, buyer: Browser, order: Json) -> None:
    """Who would rather use another card than follow the bank stops the page, and finds the form."""
    api.till.payments[order["id"]]["clientSecret"] = "pi_1_secret_2"
    page = await buyer.open(f"/orders/{order['id']}")

    page = await buyer.open(str(page.one("noscript a[href*=another]")["href"]))

    assert not page.has("meta[http-equiv=refresh]")
    assert page.one(".other-card").has_attr("open")


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


async def test_no_card_is_left_to_try(api: FakeApi, buyer: Browser, order: Json) -> None:
    """An order that takes no card any more offers no form, and says what one can do."""
    api.till.payments[order["id"]].update(message="Your card was declined.", triesLeft=0)

    page = await buyer.open(f"/orders/{order['id']}")

    assert not page.has("[data-pay]")
    assert "Too many cards were declined" in page.text
    assert "You were not charged." in page.text
    assert page.form("Cancel the order")


async def test_in_flight_before_payments_knows(api: FakeApi, buyer: Browser, order: Json) -> None:
    """A payment on its way to a slow service is under way: nothing else is said or offered."""
    api.slow["POST payments"] = 1.0

    page = await buyer.post(f"/orders/{order['id']}/pay", {"token": "tok_visa"})

    assert state(page) == "paying"
    assert "not been charged" not in page.text
    assert not page.has("main form")


async def test_somebody_elses_try_shows_nothing(
    api: FakeApi, buyer: Browser, order: Json, new_browser: Callable[[], Browser]
) -> None:
    """Who pays for an order that is not theirs does not make its buyer's page say so."""
    other = new_browser()
    await other.sign_up("other@example.com")
    api.slow["POST payments"] = 1.0

    sending = asyncio.create_task(other.post(f"/orders/{order['id']}/pay", {"token": "tok_visa"}))
    while not payments_sent(api):
        await asyncio.sleep(0.01)
    page = await buyer.open(f"/orders/{order['id']}")

    assert state(page) == "open"
    await sending


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
