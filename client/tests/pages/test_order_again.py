"""/orders/:id of an order that has ended: what became of its ticket, and ordering it again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ticketing_client.testing.answers import moment
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


@pytest.fixture
async def ended(api: FakeApi, buyer: Browser, ticket: Json) -> Json:
    """The buyer's order of the ticket, which they gave back."""
    await buyer.open(f"/tickets/{ticket['id']}")
    await buyer.send("Purchase")
    (order,) = api.market.orders.values()
    api.market.cancel(order["id"])
    return order


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"withdrawn": True}, "The seller has taken this ticket down"),
        ({"startsAt": moment(datetime.now(UTC) - timedelta(minutes=1))}, "The event has begun"),
    ],
)
async def test_not_to_be_had_any_more(
    api: FakeApi, buyer: Browser, ended: Json, change: Json, said: str
) -> None:
    """Nobody is offered what can't be ordered; the page says why, and is at rest."""
    api.market.tickets[ended["ticket"]["id"]].update(change)

    page = await buyer.open(f"/orders/{ended['id']}")

    assert said in page.text
    assert "free again" not in page.text
    assert not page.has("form[action='/orders']")
    assert not page.one("#panel").has_attr("data-follow")


@pytest.mark.parametrize(
    ("sold", "stateless", "said"),
    [
        (True, False, "The ticket is sold."),
        (False, False, "Somebody else has reserved the ticket now."),
        (True, True, "The ticket is not on sale right now."),
    ],
)
async def test_somebody_elses(
    api: FakeApi, buyer: Browser, ended: Json, sold: bool, stateless: bool, said: str
) -> None:
    """Sold is told from reserved; where that can't be seen, neither is said."""
    own = api.market.tickets[ended["ticket"]["id"]]
    order = api.market.reserve(own["id"], api.accounts.add("other@example.com")["id"])
    order["status"] = "complete" if sold else order["status"]
    own["stateless"] = stateless

    page = await buyer.open(f"/orders/{ended['id']}")

    assert said in page.text
    assert ("Somebody else" in page.text) == ("Somebody else" in said)
    assert page.one("#panel").has_attr("data-follow") == (said != "The ticket is sold.")


async def test_ordered_again_by_oneself(api: FakeApi, buyer: Browser, ended: Json) -> None:
    """The visitor is nobody else: the page leads to the order that has the ticket."""
    (user,) = [
        id for id, each in api.accounts.users.items() if each["email"] == "buyer@example.com"
    ]
    later = api.market.reserve(ended["ticket"]["id"], user)

    page = await buyer.open(f"/orders/{ended['id']}")

    assert "You have ordered the ticket again." in page.text
    assert page.has(f"a[href='/orders/{later['id']}']")
    assert "Somebody else" not in page.text


async def test_giving_back_promises_no_sale(api: FakeApi, buyer: Browser, ticket: Json) -> None:
    """Of a ticket that its seller took down meanwhile, too."""
    await buyer.open(f"/tickets/{ticket['id']}")
    page = await buyer.send("Purchase")

    assert "You give the ticket back at once. You pay nothing." in page.text
    assert "goes back on sale" not in page.text


@pytest.mark.parametrize(
    "change",
    [
        {"withdrawn": True},
        {"startsAt": moment(datetime.now(UTC) - timedelta(minutes=1))},
    ],
)
async def test_a_reserved_ticket_that_will_not_come_back(
    api: FakeApi, buyer: Browser, visitor: Browser, ticket: Json, change: Json
) -> None:
    """Its page promises nobody that it is free again."""
    await buyer.open(f"/tickets/{ticket['id']}")
    await buyer.send("Purchase")
    api.market.tickets[str(ticket["id"])].update(change)

    page = await visitor.open(f"/tickets/{ticket['id']}")

    assert "Somebody has reserved this ticket." in page.text
    assert "free again" not in page.text
