"""What the forms to sign in and up promise to who has pressed Purchase."""

from typing import Any

import pytest

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


@pytest.mark.parametrize(
    "by_now",
    [
        {"withdrawn": True},
        {"orderId": "1" * 24},
        {"startsAt": "2020-05-01T19:30:00.000Z"},
        {"price": 450},
        {"venue": "Another hall"},
    ],
    ids=str,
)
async def test_nothing_is_promised_of_a_ticket_that_changed(
    api: FakeApi, visitor: Browser, ticket: Json, by_now: Json
) -> None:
    """The forms speak of a reservation only while it can be had, at the price that was seen."""
    await visitor.open(f"/tickets/{ticket['id']}")
    page = await visitor.send("Purchase")
    assert "Swan Lake, balcony is reserved for you at $19.99" in page.text
    api.market.tickets[ticket["id"]].update(by_now)

    for form in ("signin", "signup"):
        page = await visitor.open(f"/auth/{form}?next=/tickets/{ticket['id']}")
        assert "reserved for you" not in page.text
        assert page.one("input[name=next]")["value"] == f"/tickets/{ticket['id']}"
