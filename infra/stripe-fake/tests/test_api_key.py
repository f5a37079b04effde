"""API keys and addresses that aren't Stripe's."""

import base64

import httpx
import pytest

from ticketing_stripe_fake.testing import RunningFake

BASIC = base64.b64encode(b"sk_test_fake:").decode()


@pytest.mark.parametrize("value", ["Bearer sk_test_x", "Bearer rk_test_x", f"Basic {BASIC}"])
async def test_secret_keys_are_accepted(server: RunningFake, value: str) -> None:
    """As a bearer token, or as the user of basic authentication."""
    async with httpx.AsyncClient(base_url=server.url, headers={"Authorization": value}) as http:
        reply = await http.get("/v1/payment_intents")

    assert reply.status_code == 200
    assert reply.headers["request-id"].startswith("req_")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "You did not provide an API key."),
        ("Basic ???", "You did not provide an API key."),
        ("Bearer pk_test_x", "This API call cannot be made with a publishable API key."),
        ("Bearer password", "Invalid API Key provided: ********"),
    ],
)
async def test_other_keys_are_401(server: RunningFake, value: str, message: str) -> None:
    """In Stripe's error JSON, and without repeating the key."""
    async with httpx.AsyncClient(base_url=server.url, headers={"Authorization": value}) as http:
        reply = await http.post("/v1/refunds", data={})

    assert reply.status_code == 401
    assert reply.json()["error"]["type"] == "invalid_request_error"
    assert reply.json()["error"]["message"].startswith(message)


async def test_unknown_addresses_are_404_in_stripes_json(http: httpx.AsyncClient) -> None:
    """What this fake does not do, it says."""
    for method, path in (("GET", "/v1/customers"), ("DELETE", "/v1/refunds")):
        reply = await http.request(method, path)
        assert reply.status_code == 404
        assert reply.json()["error"]["message"].startswith(
            f"Unrecognized request URL ({method}: {path})"
        )


async def test_health_needs_no_key(server: RunningFake) -> None:
    """Both health addresses answer 200 to anyone."""
    async with httpx.AsyncClient(base_url=server.url) as http:
        for path in ("/healthz", "/readyz"):
            assert (await http.get(path)).status_code == 200
