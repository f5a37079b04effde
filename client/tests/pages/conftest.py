"""What the tests of several pages start from."""

from typing import Any

import pytest

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


@pytest.fixture
async def order(api: FakeApi, buyer: Browser, ticket: Json) -> Json:
    """The buyer's order of the ticket; the browser is on its page."""
    await buyer.open(f"/tickets/{ticket['id']}")
    await buyer.send("Purchase")
    (order,) = api.market.orders.values()
    return order
