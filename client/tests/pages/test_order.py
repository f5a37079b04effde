"""/orders/:id : what is held for whom, and until when."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from ticketing_client.testing.answers import moment
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi
from ticketing_client.testing.till import CUTOFF

Json = dict[str, Any]


async def test_shows_what_and_until_when(buyer: Browser, order: Json) -> None:
    """The ticket, its price, the deadline for people and for scripts, and no charge so far."""
    page = await buyer.open(f"/orders/{order['id']}")

    assert "Swan Lake, balcony" in page.text
    assert "$19.99" in page.text
    assert "You have not been charged." in page.text
    until = moment(datetime.fromisoformat(order["expiresAt"]) - CUTOFF)
    assert page.one("time")["datetime"] == until
    assert page.one("time").text.endswith(" UTC")
    deadline = datetime.fromtimestamp(int(str(page.one("#panel")["data-deadline"])) / 1000, UTC)
    assert moment(deadline) == until


async def test_tells_the_servers_time(buyer: Browser, order: Json) -> None:
    """The page and its panel say what time the server has, so that a wrong clock does no harm."""
    before = datetime.now(UTC).timestamp() * 1000 - 1
    page = await buyer.open(f"/orders/{order['id']}")
    panel = await buyer.open(f"/orders/{order['id']}/panel")
    after = datetime.now(UTC).timestamp() * 1000 + 1

    assert before <= int(str(page.one("#order")["data-server-now"])) <= after
    assert before <= int(panel.response.headers["x-server-now"]) <= after


async def test_counts_to_the_last_moment_a_payment_can_start(
    api: FakeApi, buyer: Browser, order: Json
) -> None:
    """Where payments says until when it takes one, that is the deadline on the page."""
    until = "2099-01-01T00:00:00.000Z"
    api.till.payments[order["id"]]["payableUntil"] = until

    page = await buyer.open(f"/orders/{order['id']}")

    assert page.one("time")["datetime"] == until


async def test_one_deadline_everywhere(buyer: Browser, order: Json) -> None:
    """The order's page, the list and the ticket's page name the same moment."""
    pages = ("/orders", f"/orders/{order['id']}", f"/tickets/{order['ticket']['id']}")

    moments = {str((await buyer.open(page)).one("time")["datetime"]) for page in pages}

    assert moments == {moment(datetime.fromisoformat(order["expiresAt"]) - CUTOFF)}


async def test_no_way_to_pay_when_it_is_too_late(buyer: Browser, order: Json) -> None:
    """Between the last moment for a payment and the order's end nobody is sent to pay."""
    order["expiresAt"] = moment(datetime.now(UTC) + CUTOFF / 2)

    for page in ("/orders", f"/orders/{order['id']}", f"/tickets/{order['ticket']['id']}"):
        opened = await buyer.open(page)
        assert not opened.has("[data-pay]")
        offers = [tag.text for tag in opened.soup.select("main .btn, main .state")]
        assert not [offer for offer in offers if "pay" in offer.lower()]
        assert "too late" in opened.text.lower() or "too little time" in opened.text.lower()


@pytest.mark.parametrize("part", ["", "/panel"])
async def test_is_its_owners_alone(
    buyer: Browser, order: Json, new_browser: Callable[[], Browser], part: str
) -> None:
    """Somebody else's order is none of one's business, and says so without a word of it; so is its
    panel, by a status on which the script of a page kept open loads it again."""
    other = new_browser()
    await other.sign_up("other@example.com")

    page = await other.open(f"/orders/{order['id']}{part}")

    assert page.status == 403
    assert "This belongs to somebody else" in page.text
    assert "Swan Lake" not in page.html


async def test_signed_out_meanwhile(api: FakeApi, buyer: Browser, order: Json) -> None:
    """Who is not signed in any more signs in and comes back to the order."""
    api.accounts.users.clear()

    page = await buyer.open(f"/orders/{order['id']}")

    assert page.path == f"/auth/signin?next=/orders/{order['id']}"


@pytest.mark.parametrize("form", ["pay", "cancel"])
async def test_the_addresses_of_its_forms_lead_to_it(
    buyer: Browser, order: Json, form: str
) -> None:
    """Who asks for the address of an answered form again, as after an error, is at the order."""
    page = await buyer.open(f"/orders/{order['id']}/{form}")

    assert page.path == f"/orders/{order['id']}"
    assert "Reserved for you" in page.text
