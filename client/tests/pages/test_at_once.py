"""The API calls a page needs run at the same time."""

import asyncio
from typing import Any

import pytest

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("path", "calls"),
    [
        ("/", {"users/currentuser", "tickets"}),
        ("/tickets/TICKET", {"users/currentuser", "tickets/TICKET", "orders"}),
        ("/tickets/TICKET/edit", {"users/currentuser", "tickets/TICKET"}),
        ("/tickets/mine", {"users/currentuser", "tickets/mine", "tickets/mine/counts"}),
        ("/orders", {"users/currentuser", "orders", "orders/counts"}),
        ("/orders/ORDER", {"users/currentuser", "orders/ORDER", "payments/ORDER"}),
        ("/orders/ORDER/panel", {"orders/ORDER", "payments/ORDER"}),
    ],
)
async def test_asks_for_everything_at_once(
    api: FakeApi, buyer: Browser, ticket: Json, path: str, calls: set[str]
) -> None:
    """Each page makes just these calls, none of them waiting for another."""
    (user,) = (id for id, each in api.accounts.users.items() if "buyer" in each["email"])
    order = api.market.reserve(api.market.list_ticket("someone", "Ordered", 5)["id"], user)

    def named(text: str) -> str:
        return text.replace("TICKET", ticket["id"]).replace("ORDER", order["id"])

    api.requests.clear()
    api.meeting = asyncio.Barrier(len(calls))  # one that waits for another's answer never arrives
    await buyer.open(named(path))

    asked = sorted(request.url.path for request in api.requests)
    assert asked == sorted(f"/api/{named(call)}" for call in calls)
