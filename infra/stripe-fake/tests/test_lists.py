"""Lists: pages in both directions, filters, and cursors that exist."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import httpx
import pytest

from ticketing_stripe_fake.testing import ManualClock

Pay: TypeAlias = Callable[..., Awaitable[Any]]


@pytest.fixture
async def ids(pay: Pay, clock: ManualClock) -> list[str]:
    """Five intents, oldest first, one second apart."""
    made = []
    for _ in range(5):
        made.append((await pay()).id)
        clock.time += 1
    return made


async def listed(http: httpx.AsyncClient, **params: str | int) -> tuple[list[str], bool]:
    reply = (await http.get("/v1/payment_intents", params=params)).json()
    return [intent["id"] for intent in reply["data"]], reply["has_more"]


async def test_pages_go_both_ways(http: httpx.AsyncClient, ids: list[str]) -> None:
    """Always newest first, after or before the cursor, and has_more says whether there are more."""
    assert await listed(http, limit=2) == ([ids[4], ids[3]], True)
    assert await listed(http, limit=2, starting_after=ids[3]) == ([ids[2], ids[1]], True)
    assert await listed(http, limit=2, starting_after=ids[1]) == ([ids[0]], False)
    assert await listed(http, limit=2, ending_before=ids[0]) == ([ids[2], ids[1]], True)
    assert await listed(http, limit=2, ending_before=ids[3]) == ([ids[4]], False)


async def test_created_narrows_the_list(http: httpx.AsyncClient, ids: list[str]) -> None:
    """Bounds are Unix seconds, inclusive or not by their name."""
    params = {"created[gte]": 1_800_000_001, "created[lt]": 1_800_000_003}

    assert await listed(http, **params) == ([ids[2], ids[1]], False)


async def test_limits_and_cursors_are_checked(http: httpx.AsyncClient) -> None:
    """A limit beyond 100 and an unknown cursor are refused."""
    too_many = await http.get("/v1/payment_intents", params={"limit": 101})
    nowhere = await http.get("/v1/payment_intents", params={"starting_after": "pi_x"})

    assert too_many.json()["error"]["param"] == "limit"
    assert nowhere.json()["error"]["message"] == "No such payment_intent: 'pi_x'"
    assert nowhere.status_code == 400


async def test_refunds_are_listed_by_charge_and_by_intent(
    http: httpx.AsyncClient, pay: Pay
) -> None:
    """Only those of the one asked for, newest first."""
    first, other = await pay(), await pay()
    for amount, intent in ((100, first), (200, other), (300, first)):
        await http.post("/v1/refunds", data={"payment_intent": intent.id, "amount": str(amount)})

    for name, id in (("payment_intent", first.id), ("charge", str(first.latest_charge))):
        reply = (await http.get("/v1/refunds", params={name: id})).json()
        assert [refund["amount"] for refund in reply["data"]] == [300, 100]
    page = (await http.get("/v1/refunds", params={"payment_intent": first.id, "limit": 1})).json()
    after = page["data"][0]["id"]
    rest = {"payment_intent": first.id, "starting_after": after}
    assert page["has_more"]
    last = (await http.get("/v1/refunds", params=rest)).json()["data"]
    assert [refund["amount"] for refund in last] == [100]
