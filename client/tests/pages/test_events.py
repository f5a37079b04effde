"""When and where: the form, the lists, the ticket's page."""

from datetime import UTC, datetime, timedelta

import pytest

from client.tests.pages.selling import sell
from ticketing_client.testing.answers import moment
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

YEAR = datetime.now(UTC).year + 1
EVENT = {"startsAt": f"{YEAR}-05-01T19:30", "zone": "+02:00", "venue": "Town Hall"}


async def _listed(seller: Browser, **more: str) -> str:
    await seller.open("/tickets/new")
    page = await seller.send("List the ticket", title="Swan Lake", price="20", **more)
    return page.path.partition("listed=")[2]


async def test_shown_wherever_the_ticket_is(seller: Browser, visitor: Browser) -> None:
    """On sale, on its page, and among the seller's."""
    id = await _listed(seller, **EVENT)

    for browser, path in ((visitor, "/"), (visitor, f"/tickets/{id}"), (seller, "/tickets/mine")):
        page = await browser.open(path)
        assert page.one(".event time")["datetime"] == f"{YEAR}-05-01T17:30:00.000Z"
        assert page.one(".event time").text.endswith(f"1 May {YEAR}, 17:30 UTC")
        assert page.one(".event bdi").text == "Town Hall"


async def test_without_them_nothing_is_shown(api: FakeApi, seller: Browser) -> None:
    """No empty line, and none of the fields at the API."""
    id = await _listed(seller)

    page = await seller.open(f"/tickets/{id}")

    assert not page.has(".event")
    assert {"startsAt", "venue"}.isdisjoint(api.market.tickets[id])


async def test_an_edit(api: FakeApi, seller: Browser) -> None:
    """The form has what was said, and takes away what is emptied."""
    id = await _listed(seller, **EVENT)

    page = await seller.open(f"/tickets/{id}/edit")
    assert page.one("#startsAt")["value"] == f"{YEAR}-05-01T17:30"
    assert page.one("#zone option[selected]")["value"] == "+00:00"
    await seller.send("Save", venue="Odeon")
    assert api.market.tickets[id]["venue"] == "Odeon"
    assert api.market.tickets[id]["startsAt"] == f"{YEAR}-05-01T17:30:00.000Z"

    await seller.open(f"/tickets/{id}/edit")
    await seller.send("Save", startsAt="", venue="")
    assert {"startsAt", "venue"}.isdisjoint(api.market.tickets[id])


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"zone": ""}, "zone", "Please choose the time zone of the start."),
        ({"startsAt": "in May"}, "startsAt", "Please type the date and time like"),
        ({"startsAt": "2020-05-01T19:30"}, "startsAt", "The event has begun"),
        ({"startsAt": "0001-05-01T19:30"}, "startsAt", "Please type the date and time like"),
    ],
)
async def test_what_is_wrong_stands_at_its_field(
    api: FakeApi, seller: Browser, typed: dict[str, str], field: str, said: str
) -> None:
    """With all that was typed kept, when listing and when editing."""
    id = await sell(seller)
    for path, button in (("/tickets/new", "List the ticket"), (f"/tickets/{id}/edit", "Save")):
        await seller.open(path)
        page = await seller.send(button, title="A", price="20", **{**EVENT, **typed})

        assert page.status == 400
        assert page.one(f"#{field}-error").text.startswith(said)
        assert page.one("[autofocus]")["id"] == field
        assert page.one("#venue")["value"] == "Town Hall"
    assert len(api.market.tickets) == 1


async def test_a_session_that_ended_costs_nothing_typed(seller: Browser) -> None:
    """Back from signing in, the form is as it was left."""
    await seller.open("/tickets/new")
    seller.http.cookies.clear()

    page = await seller.send("List the ticket", title="A", price="20", **EVENT)

    assert page.path.startswith("/auth/signin?next=/tickets/new%3F")
    assert "venue%3DTown" in page.path


async def test_an_event_that_has_begun(api: FakeApi, seller: Browser, buyer: Browser) -> None:
    """Nobody is offered what can't be bought; who was about to is told why."""
    id = await _listed(seller, **EVENT)
    await buyer.open(f"/tickets/{id}")
    past = datetime.now(UTC) - timedelta(minutes=1)
    api.market.tickets[id]["startsAt"] = moment(past)

    page = await buyer.send("Purchase")

    assert page.status == 409
    assert "The event has begun, so it is too late to buy. You were not charged." in page.text
    assert not page.has("form[action='/orders']")
    assert "nobody can buy it any more" in (await seller.open(f"/tickets/{id}")).text


async def test_a_begun_event_is_not_put_up_again(api: FakeApi, seller: Browser) -> None:
    """The form says why, and a date to come sells it; no page says that it is on sale."""
    id = await _listed(seller, **EVENT)
    past = moment(datetime.now(UTC) - timedelta(minutes=1))
    api.market.tickets[id].update(startsAt=past, withdrawn=True)

    page = await seller.open(f"/tickets/{id}")
    assert "its event has begun, so nobody can buy it any more" in page.text
    assert not page.has(f"form[action='/tickets/{id}/relist']")
    page = await seller.post(f"/tickets/{id}/relist")
    assert page.status == 400
    assert page.one("#startsAt-error").text.startswith("The event has begun.")
    assert api.market.tickets[id]["withdrawn"]

    page = await seller.send("Save and put on sale", startsAt=EVENT["startsAt"])
    assert "Saved: " in page.text
    api.market.tickets[id]["startsAt"] = past
    page = await seller.open(f"/tickets/mine?listed={id}")
    assert "is on sale for" not in page.text
