"""Idempotency keys: one execution, one answer, however often it is asked for."""

import asyncio
from typing import Any

import httpx
import pytest

from ticketing_stripe_fake.testing import ManualClock, RunningFake

ORDER = {
    "amount": "1999",
    "currency": "usd",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
    "metadata[order]": "o1",
}
PAID = ORDER | {"payment_method": "pm_card_visa", "confirm": "true"}
DECLINED = ORDER | {"payment_method": "pm_card_chargeDeclined", "confirm": "true"}


async def send(
    http: httpx.AsyncClient, key: str, data: dict[str, str], path: str = "/v1/payment_intents"
) -> httpx.Response:
    return await http.post(path, data=data, headers={"Idempotency-Key": key})


def error(reply: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = reply.json()["error"]
    return found


@pytest.mark.parametrize(("data", "status"), [(PAID, 200), (DECLINED, 402)])
async def test_the_first_result_is_replayed(
    http: httpx.AsyncClient, server: RunningFake, data: dict[str, str], status: int
) -> None:
    """Success or decline, the same key repeats the same body and does nothing again."""
    first = await send(http, "k", data)

    again = await send(http, "k", dict(reversed(data.items())))

    assert (first.status_code, again.status_code) == (status, status)
    assert again.content == first.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"]
    assert again.headers["request-id"] != first.headers["request-id"]
    order = server.order("o1")
    assert (len(order["intents"]), order["charges"] + order["declines"]) == (1, 1)


async def test_confirming_and_refunding_take_keys_too(
    http: httpx.AsyncClient, server: RunningFake
) -> None:
    """Replays of a confirm and of a refund neither charge nor refund again."""
    id = (await send(http, "pi/o1/1", ORDER)).json()["id"]
    steps = (
        ("confirm/o1/1", f"/v1/payment_intents/{id}/confirm", {"payment_method": "pm_card_visa"}),
        ("refund/o1/1", "/v1/refunds", {"payment_intent": id, "amount": "500"}),
    )
    for key, path, data in steps:
        first, again = await send(http, key, data, path), await send(http, key, data, path)

        assert again.content == first.content
        assert again.headers["idempotent-replayed"] == "true"
    order = server.order("o1")
    assert (order["charges"], order["refunds"], order["refunded"]) == (1, 1, 500)


async def test_a_key_belongs_to_its_request(http: httpx.AsyncClient) -> None:
    """Other parameters, or another endpoint, are an idempotency_error."""
    await send(http, "k", PAID)

    amount = await send(http, "k", PAID | {"amount": "2000"})
    endpoint = await send(http, "k", {"charge": "ch_x"}, "/v1/refunds")

    for reply, words in (
        (amount, "same parameters they were first used with. Try using a key other than 'k'"),
        (endpoint, "same endpoint they were first used for ('/v1/refunds' vs '/v1/payment_int"),
    ):
        assert (reply.status_code, error(reply)["type"]) == (400, "idempotency_error")
        assert words in error(reply)["message"]


async def test_concurrent_requests_with_one_key_execute_once(
    http: httpx.AsyncClient, server: RunningFake
) -> None:
    """While the first is at work the others get 409 idempotency_key_in_use, then the replay."""
    server.fault("latency", seconds=0.3)

    replies = await asyncio.gather(*(send(http, "k", PAID) for _ in range(5)))

    assert sorted(reply.status_code for reply in replies) == [200, 409, 409, 409, 409]
    refused = next(reply for reply in replies if reply.status_code == 409)
    assert error(refused)["code"] == "idempotency_key_in_use"
    assert error(refused)["type"] == "invalid_request_error"
    assert refused.headers["stripe-should-retry"] == "true"
    assert (await send(http, "k", PAID)).headers["idempotent-replayed"] == "true"
    assert server.order("o1")["charges"] == 1


async def test_what_never_began_is_kept_under_no_key(
    http: httpx.AsyncClient, server: RunningFake
) -> None:
    """Refused parameters, a wrong API key and a rate limit leave the key free."""
    server.fault("rate_limit", next=1)
    limited = await send(http, "k", PAID)
    unknown = await send(http, "k", PAID | {"orderId": "o1"})
    http.headers["Authorization"] = "Bearer wrong"
    stranger = await send(http, "k", PAID)
    http.headers["Authorization"] = "Bearer sk_test_fake"

    good = await send(http, "k", PAID)

    statuses = [reply.status_code for reply in (limited, unknown, stranger, good)]
    assert statuses == [429, 400, 401, 200]
    assert "idempotent-replayed" not in good.headers


async def test_a_refusal_after_it_began_is_kept(http: httpx.AsyncClient) -> None:
    """An endpoint that executed keeps its 400: the key repeats it."""
    first = await send(http, "k", {"payment_intent": "pi_x"}, "/v1/refunds")

    again = await send(http, "k", {"payment_intent": "pi_x"}, "/v1/refunds")

    assert (first.status_code, again.status_code) == (404, 404)
    assert again.headers["idempotent-replayed"] == "true"


async def test_keys_are_forgotten_in_time(
    http: httpx.AsyncClient, server: RunningFake, clock: ManualClock
) -> None:
    """After 24 hours, or whatever is set, the same key charges again: it protects no longer."""
    await send(http, "k", PAID)
    clock.time += 24 * 3600 - 1
    kept = await send(http, "k", PAID)

    clock.time += 2
    forgotten = await send(http, "k", PAID)
    await http.put("/_fake/idempotency_keys", json={"ttl_seconds": 5})
    clock.time += 6
    again = await send(http, "k", PAID)

    assert "idempotent-replayed" in kept.headers
    assert "idempotent-replayed" not in forgotten.headers
    assert "idempotent-replayed" not in again.headers
    assert server.order("o1")["charges"] == 3


async def test_a_test_can_forget_keys(http: httpx.AsyncClient, server: RunningFake) -> None:
    """One, or all of them, at once."""
    for key in ("a", "b", "c"):
        await send(http, key, PAID)

    one = (await http.delete("/_fake/idempotency_keys", params={"key": "a"})).json()
    rest = (await http.delete("/_fake/idempotency_keys")).json()

    assert (one, rest) == ({"forgotten": 1}, {"forgotten": 2})
    assert "idempotent-replayed" not in (await send(http, "b", PAID)).headers
    assert server.order("o1")["charges"] == 4


async def test_a_key_has_a_length(http: httpx.AsyncClient) -> None:
    """255 characters are accepted, one more is not."""
    longest, longer = await send(http, "k" * 255, PAID), await send(http, "k" * 256, PAID)

    assert (longest.status_code, longer.status_code) == (200, 400)
