"""The control API: faults are listed and removed, the ledger and the counts tell what happened."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

from ticketing_stripe_fake.testing import RunningFake

Pay: TypeAlias = Callable[..., Awaitable[Any]]


async def test_the_ledger_sums_up_each_order(
    http: httpx.AsyncClient, client: stripe.StripeClient, pay: Pay
) -> None:
    """By metadata[order]: every intent, what was charged and what refunded."""
    first = await pay(metadata={"order": "o1"})
    second = await pay(metadata={"order": "o1"}, amount=500)
    other = await pay("tok_visa", metadata={"order": "o2"})
    with pytest.raises(stripe.CardError):
        await pay("tok_chargeDeclined", metadata={"order": "o2"})
    await client.v1.refunds.create_async({"payment_intent": second.id})

    ledger = (await http.get("/_fake/ledger")).json()
    only = (await http.get("/_fake/ledger", params={"order": "o2", "objects": "no"})).json()

    assert list(ledger["orders"]["o1"].pop("keys")) == [first.id, second.id]
    assert ledger["orders"]["o1"] == {
        "intents": {first.id: "succeeded", second.id: "succeeded"},
        "disputes": {},
        "charges": 2,
        "charged": 2499,
        "declines": 0,
        "refunds": 1,
        "refunded": 500,
    }
    assert [len(ledger[kind]) for kind in ("payment_intents", "charges", "refunds")] == [4, 4, 1]
    assert list(only) == ["orders"]
    assert only["orders"]["o2"]["intents"][other.id] == "succeeded"
    assert (only["orders"]["o2"]["charges"], only["orders"]["o2"]["declines"]) == (1, 1)


async def test_the_ledger_shows_that_a_key_was_forgotten(
    http: httpx.AsyncClient, client: stripe.StripeClient
) -> None:
    """Two intents with one idempotency key are one request, made twice."""
    asked: Any = {"amount": 1999, "currency": "usd", "metadata": {"order": "o1"}}
    for _ in range(2):
        await client.v1.payment_intents.create_async(asked, {"idempotency_key": "o1/1"})
        await http.delete("/_fake/idempotency_keys")

    order = (await http.get("/_fake/ledger")).json()["orders"]["o1"]

    assert len(order["intents"]) == 2
    assert list(order["keys"].values()) == ["o1/1", "o1/1"]


async def test_another_metadata_key_can_name_the_order(http: httpx.AsyncClient, pay: Pay) -> None:
    """`by` says which."""
    await pay(metadata={"orderId": "x1"})

    ledger = (await http.get("/_fake/ledger", params={"by": "orderId"})).json()

    assert ledger["orders"]["x1"]["charged"] == 1999


async def test_requests_are_counted(http: httpx.AsyncClient, server: RunningFake, pay: Pay) -> None:
    """By endpoint and answer, replays and faults apart; clearing starts over."""
    server.fault("lost_response", path="/v1/refunds", next=1)
    paid = await pay()
    key = {"Idempotency-Key": "k"}
    with pytest.raises(httpx.RemoteProtocolError):
        await http.post("/v1/refunds", data={"payment_intent": paid.id}, headers=key)
    await http.post("/v1/refunds", data={"payment_intent": paid.id}, headers=key)
    await http.get("/v1/payment_intents/pi_x")

    counts = (await http.get("/_fake/requests")).json()

    assert counts == {
        "total": 4,
        "endpoints": {
            "GET /v1/payment_intents/{id}": {"404": 1},
            "POST /v1/payment_intents": {"200": 1},
            "POST /v1/refunds": {"closed": 1, "200": 1, "replayed": 1},
        },
        "faults": {"lost_response": 1},
    }
    assert (await http.delete("/_fake/requests")).json()["total"] == 0


async def test_faults_are_listed_and_removed(http: httpx.AsyncClient) -> None:
    """Several can be added at once; each shows how often it struck."""
    asked = [{"kind": "rate_limit", "next": 1}, {"kind": "latency", "seconds": 0.01}]
    first, second = (await http.post("/_fake/faults", json=asked)).json()
    await http.get("/v1/refunds")

    listed = (await http.get("/_fake/faults")).json()
    left = (await http.delete(f"/_fake/faults/{first['id']}")).json()

    assert [(fault["kind"], fault["fired"]) for fault in listed] == [
        ("rate_limit", 1),
        ("latency", 0),
    ]
    assert [fault["id"] for fault in left] == [second["id"]]
    assert (await http.delete("/_fake/faults")).json() == []
    assert (await http.delete("/_fake/faults/99")).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"kind": "earthquake"},
        {"kind": "latency"},
        {"kind": "rate_limit", "probability": 2},
        {"kind": "rate_limit", "pth": "/v1"},
        "rate_limit",
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(http: httpx.AsyncClient, asked: Any) -> None:
    """With the reason, and nothing is switched on."""
    reply = await http.post("/_fake/faults", json=asked)

    assert reply.status_code == 400
    assert reply.json()["error"]
    assert (await http.get("/_fake/faults")).json() == []


async def test_reset_starts_over(http: httpx.AsyncClient, server: RunningFake, pay: Pay) -> None:
    """Ledger, keys, faults and counts are gone."""
    paid = await pay()
    server.fault("rate_limit", path="/v1/charges")

    await http.post("/_fake/reset")

    assert (await http.get(f"/v1/payment_intents/{paid.id}")).status_code == 404
    assert (await http.get("/v1/charges")).json()["data"] == []
    assert (await http.get("/_fake/idempotency_keys")).json()["kept"] == 0
