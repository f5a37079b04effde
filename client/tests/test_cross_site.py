"""Forms that other sites send are refused; our own pass."""

from typing import Any

import pytest

from ticketing_client.testing.browser import ORIGIN, Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "https://evil.test"},
        {"sec-fetch-site": "same-site", "origin": "https://other.gittix.test"},
        {"sec-fetch-site": "cross-site", "origin": ORIGIN},
        {"sec-fetch-site": "", "origin": "https://evil.test"},
    ],
)
async def test_other_sites_can_not_send_our_forms(
    api: FakeApi, buyer: Browser, ticket: Json, headers: dict[str, str]
) -> None:
    """A form from another site is refused before anything is asked of the API."""
    api.requests.clear()

    page = await buyer.post("/orders", {"ticketId": ticket["id"]}, **headers)

    assert page.status == 403
    assert not api.requests
    assert page.response.headers["x-request-id"]  # by which it is found in the logs


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "https://gittix.test.evil.test"])
async def test_origin_decides_where_browsers_send_no_more(
    buyer: Browser, ticket: Json, origin: str
) -> None:
    """Over plain http browsers send Origin alone; `null` is nobody we know."""
    answer = await buyer.http.post(
        "/orders", data={"ticketId": ticket["id"]}, headers={"origin": origin}
    )

    assert answer.status_code == 403


async def test_our_own_forms_pass_by_origin(buyer: Browser, ticket: Json) -> None:
    """The address may be the one the visitor sees rather than the one we are reached by."""
    answer = await buyer.http.post(
        "/orders",
        data={"ticketId": ticket["id"]},
        headers={"origin": "https://shop.test", "x-forwarded-host": "shop.test"},
        follow_redirects=False,
    )

    assert answer.status_code == 303
