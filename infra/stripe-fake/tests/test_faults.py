"""Switchable faults: what was done, what was kept, and what the caller sees."""

import time

import httpx
import pytest
import stripe

from ticketing_stripe_fake.faults import Fault, Faults
from ticketing_stripe_fake.testing import RunningFake

PAID = {
    "amount": "1999",
    "currency": "usd",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
    "metadata[order]": "o1",
    "payment_method": "pm_card_visa",
    "confirm": "true",
}


async def send(http: httpx.AsyncClient, key: str = "k") -> httpx.Response:
    return await http.post("/v1/payment_intents", data=PAID, headers={"Idempotency-Key": key})


@pytest.mark.parametrize(
    ("kind", "status", "charged", "replayed"),
    [
        ("unavailable", 503, 0, False),
        ("rate_limit", 429, 0, False),
        ("lock_timeout", 429, 0, False),
        ("error_before", 500, 0, True),
        ("error_after", 500, 1, True),
    ],
)
async def test_errors_do_or_keep_what_stripe_would(
    http: httpx.AsyncClient,
    server: RunningFake,
    kind: str,
    status: int,
    charged: int,
    replayed: bool,
) -> None:
    """A 500 is kept whether or not it charged; what was turned away may simply be repeated."""
    await http.post("/_fake/faults", json={"kind": kind, "next": 1})

    struck = await send(http)
    charges = (await http.get("/_fake/ledger")).json()["charges"]
    again = await send(http)

    assert (struck.status_code, len(charges)) == (status, charged)
    assert again.status_code == (500 if replayed else 200)
    assert ("idempotent-replayed" in again.headers) is replayed


@pytest.mark.parametrize("hang", [False, True])
async def test_a_lost_response_was_a_charge(
    http: httpx.AsyncClient, server: RunningFake, hang: bool
) -> None:
    """The connection closes, or stays silent; the same key then learns what happened."""
    server.fault("lost_response", next=1, hang=hang)
    http.timeout = httpx.Timeout(0.5)

    with pytest.raises(httpx.ReadTimeout if hang else httpx.RemoteProtocolError):
        await send(http)
    again = await send(http)

    assert again.json()["status"] == "succeeded"
    assert again.headers["idempotent-replayed"] == "true"
    assert server.order("o1")["charges"] == 1


async def test_a_dropped_request_was_not(http: httpx.AsyncClient, server: RunningFake) -> None:
    """To the caller it looks the same, but nothing was done."""
    server.fault("drop_request", next=1)

    with pytest.raises(httpx.RemoteProtocolError):
        await send(http)
    again = await send(http)

    assert again.status_code == 200
    assert "idempotent-replayed" not in again.headers


async def test_the_client_library_sees_a_connection_error(
    client: stripe.StripeClient, server: RunningFake
) -> None:
    """A lost answer is Stripe's APIConnectionError, not some error of the HTTP library."""
    server.fault("lost_response", path="/v1/refunds", method="GET")

    with pytest.raises(stripe.APIConnectionError):
        await client.v1.refunds.list_async()


async def test_a_slow_request_executes_though_its_caller_has_gone(
    http: httpx.AsyncClient, server: RunningFake
) -> None:
    """Who times out and looks finds nothing yet; the charge comes later all the same."""
    server.fault("latency", seconds=3, next=1)
    patience, http.timeout = http.timeout, httpx.Timeout(60, read=0.2)

    with pytest.raises(httpx.ReadTimeout):
        await send(http)
    http.timeout = patience
    at_once = (await http.get("/_fake/ledger")).json()["charges"]

    assert at_once == []
    deadline = time.monotonic() + 60
    while not (await http.get("/_fake/ledger")).json()["charges"]:
        assert time.monotonic() < deadline, "the slow request never executed"
    assert server.order("o1")["charges"] == 1


async def test_a_slow_response_follows_a_charge(
    http: httpx.AsyncClient, server: RunningFake
) -> None:
    """Who times out finds it charged, and the key already answers."""
    server.fault("slow_response", seconds=5, next=1)
    http.timeout = httpx.Timeout(0.2)

    with pytest.raises(httpx.ReadTimeout):
        await send(http)
    http.timeout = httpx.Timeout(60)

    assert (await send(http)).headers["idempotent-replayed"] == "true"


async def test_a_forgotten_key_charges_twice(http: httpx.AsyncClient, server: RunningFake) -> None:
    """The fault that shows whether a caller relies on keys alone."""
    await send(http)
    server.fault("forget_key", key="k")

    again = await send(http)

    assert "idempotent-replayed" not in again.headers
    assert server.order("o1")["charges"] == 2


async def test_the_status_of_an_error_can_be_chosen(
    http: httpx.AsyncClient, server: RunningFake
) -> None:
    """lock_timeout as 409, unavailable as 502."""
    server.fault("lock_timeout", status=409, next=1)
    server.fault("unavailable", status=502, skip=1, next=1)

    locked, unavailable = await send(http), await send(http)

    assert (locked.status_code, locked.json()["error"]["code"]) == (409, "lock_timeout")
    assert unavailable.status_code == 502


def struck(fault: Fault, requests: int = 10) -> list[bool]:
    return [fault.strikes("POST", "/v1/refunds", "k") for _ in range(requests)]


def test_a_fault_strikes_the_next_requests_it_matches() -> None:
    """`skip` lets some pass, `next` ends it, and other requests use up neither."""
    fault = Fault("rate_limit", method="POST", path="/v1/*", skip=1, next=2)

    assert not fault.strikes("GET", "/v1/refunds", "")
    assert not fault.strikes("POST", "/v1/payment_intents/pi_1/confirm", "")
    assert struck(fault, 5) == [False, True, True, False, False]
    assert fault.exhausted


def test_a_probability_is_repeatable() -> None:
    """The same seed strikes the same requests, another seed others."""
    first, same, other = (Fault("rate_limit", probability=0.5, seed=s) for s in (1, 1, 2))

    runs = [struck(fault, 200) for fault in (first, same, other)]

    assert runs[0] == runs[1] != runs[2]
    assert 60 < sum(runs[0]) < 140


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/v1/**", "/v1/payment_intents/pi_1/confirm", True),
        ("/v1/payment_intents/*/confirm", "/v1/payment_intents/pi_1/confirm", True),
        ("/v1/payment_intents/*", "/v1/payment_intents/pi_1/confirm", False),
        ("/v1/payment_intents", "/v1/payment_intents/pi_1", False),
    ],
)
def test_paths_match_by_segment(pattern: str, path: str, matches: bool) -> None:
    """One star is one segment, two are any number."""
    assert Fault("rate_limit", path=pattern).strikes("POST", path, "") is matches


def test_faults_know_their_key() -> None:
    """A fault can be meant for one order's requests only."""
    faults = Faults()
    faults.add(Fault("lost_response", key="confirm/o1/*"))

    assert faults.strike("lost_response", "POST", "/v1/x", "confirm/o1/1")
    assert not faults.strike("lost_response", "POST", "/v1/x", "confirm/o2/1")
    assert not faults.strike("lost_response", "GET", "/v1/x", None)
