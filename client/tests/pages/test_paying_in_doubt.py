"""A payment whose end nobody knows yet: the page says so, and follows it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from client.tests.pages.paying import payments_sent, state
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


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


async def test_payments_do_not_answer(api: FakeApi, buyer: Browser, order: Json) -> None:
    """The order is shown all the same, without a form, and with the truth about money."""
    api.away = {"payments"}

    page = await buyer.open(f"/orders/{order['id']}")

    assert page.status == 200
    assert "Payments do not answer at the moment" in page.text
    assert "either the ticket or all of your money back" in page.text
    assert not page.has("[data-pay]")


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
