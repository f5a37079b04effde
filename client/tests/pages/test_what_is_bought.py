"""Nobody buys another seat, date or place than they saw, and what was bought stays that."""

from typing import Any

import pytest

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]

STARTS, VENUE = "2027-05-01T19:30:00.000Z", "Old Theatre “א”"
CHANGED = "The seller has changed this ticket since you looked"


@pytest.fixture
def sold(api: FakeApi, ticket: Json) -> Json:
    """The ticket as the API has it."""
    own: Json = api.market.tickets[ticket["id"]]
    own.update(startsAt=STARTS, venue=VENUE)
    return own


@pytest.mark.parametrize(
    "change", [{"title": "Another seat"}, {"startsAt": None}, {"venue": "Another hall"}]
)
async def test_what_it_is_for_has_changed(
    api: FakeApi, buyer: Browser, sold: Json, change: Json
) -> None:
    """At the same price: the page says so and shows it, and a second click orders that."""
    await buyer.open(f"/tickets/{sold['id']}")
    sold.update(change)

    page = await buyer.send("Purchase")

    assert page.status == 409
    assert CHANGED in page.one(".alert").text
    assert page.one("h1").get_text() == sold["title"]
    assert api.market.orders == {}

    await buyer.send("Purchase")
    (order,) = api.market.orders.values()
    assert order["ticket"]["title"] == sold["title"]


async def test_a_form_of_before(api: FakeApi, buyer: Browser, ticket: Json) -> None:
    """An older version's says nothing of what was seen, and is taken."""
    form = {"ticketId": ticket["id"], "price": "19.99"}

    assert (await buyer.post("/orders", form)).status == 200

    assert len(api.market.orders) == 1


async def test_ordering_another_seat_again(api: FakeApi, buyer: Browser, sold: Json) -> None:
    """An ended order's page tells of what it was for; who orders again is told that it is not."""
    await buyer.open(f"/tickets/{sold['id']}")
    await buyer.send("Purchase")
    (order,) = api.market.orders.values()
    api.market.cancel(order["id"])
    sold["title"] = "Another seat"
    await buyer.open(f"/orders/{order['id']}")

    page = await buyer.send("Order again")

    assert page.status == 409
    assert CHANGED in page.one(".alert").text
    assert list(api.market.orders) == [order["id"]]


@pytest.mark.parametrize("path", ["", "/ticket"])
async def test_it_stays_what_it_was(api: FakeApi, buyer: Browser, sold: Json, path: str) -> None:
    """Before and after it is paid for, whatever the seller says of it meanwhile."""
    await buyer.open(f"/tickets/{sold['id']}")
    await buyer.send("Purchase")
    (order,) = api.market.orders.values()
    if path:
        order["status"] = "complete"
        api.till.payments[order["id"]]["status"] = "charged"
    sold.update(title="Else", startsAt=None, venue="Elsewhere")

    page = await buyer.open(f"/orders/{order['id']}{path}")

    assert page.one(".event time")["datetime"] == STARTS
    assert page.one(".event bdi").text == VENUE
    assert "Else" not in page.text


@pytest.mark.parametrize("name", ["startsAt", "venue"])
async def test_an_order_that_knows_less(
    api: FakeApi, buyer: Browser, sold: Json, name: str
) -> None:
    """What it does not know is no change: the ticket tells it, and can be ordered again."""
    await buyer.open(f"/tickets/{sold['id']}")
    await buyer.send("Purchase")
    (order,) = api.market.orders.values()
    del order["ticket"][name]
    api.market.cancel(order["id"])
    await buyer.open(f"/orders/{order['id']}")

    page = await buyer.send("Order again")

    assert page.path.startswith("/orders/")
    again = list(api.market.orders.values())[1]
    again["status"] = "complete"
    api.till.payments[again["id"]]["status"] = "charged"
    again["ticket"].pop(name)
    page = await buyer.open(f"/orders/{again['id']}/ticket")
    assert page.one(".event time")["datetime"] == STARTS
    assert page.one(".event bdi").text == VENUE


async def test_waits_for_orders_to_hear_of_it(api: FakeApi, buyer: Browser, sold: Json) -> None:
    """What has just been changed and was seen so is what is ordered."""
    await buyer.open(f"/tickets/{sold['id']}")
    api.market.lag["edit"] = 2

    page = await buyer.send("Purchase")

    assert page.path.startswith("/orders/")
    assert api.market.lag["edit"] < 0


async def test_while_tickets_does_not_answer(api: FakeApi, buyer: Browser, sold: Json) -> None:
    """Orders alone can take an order, and keeps what it is for."""
    await buyer.open(f"/tickets/{sold['id']}")
    api.away = {"tickets"}

    await buyer.send("Purchase")

    assert len(api.market.orders) == 1
