"""One account can't flood the market."""

from typing import Any

import httpx
import pytest

from ticketing_common.store import Database
from ticketing_common.testing.sessions import JWT_KEY, SignIn
from ticketing_tickets.app import create_app
from ticketing_tickets.config import Settings

LIMIT = 3
GOOD = {"title": "A concert", "price": 20}


@pytest.fixture
async def limited(client_of: Any, database: Database, request: Any) -> httpx.AsyncClient:
    settings = Settings(
        JWT_KEY=JWT_KEY,
        MONGO_URI="mongodb://unused/tickets",
        NATS_URL="nats://unused",
        NATS_CLUSTER_ID="ticketing",
        NATS_CLIENT_ID="test",
        RATE_LIMIT_TICKETS=getattr(request, "param", LIMIT),
    )
    client: httpx.AsyncClient = await client_of(create_app(settings, database))
    return client


async def test_listings_and_edits_of_a_user_are_limited(
    limited: httpx.AsyncClient, sign_in: SignIn
) -> None:
    """Together, wherever they are; 429 says why and when. Other users and reading go on."""
    ann, bob = sign_in(), sign_in()
    listed = await limited.post("/api/tickets", json=GOOD, headers=ann)
    path = f"/api/tickets/{listed.json()['id']}"
    await limited.put(path, json=GOOD, headers=ann)
    await limited.post("/api/tickets", json=GOOD, headers=ann)

    refused = [
        await limited.post("/api/tickets", json=GOOD, headers=ann),
        await limited.put(path, json=GOOD, headers=ann | {"X-Forwarded-For": "203.0.113.9"}),
    ]

    for each in refused:
        assert each.status_code == 429
        assert each.headers["Retry-After"] == str(60 // LIMIT)
        assert each.json()["errors"] == [
            {
                "message": "You have listed or changed too many tickets in the last minute, "
                f"please try again in {60 // LIMIT} seconds"
            }
        ]
    assert (await limited.get(path)).json()["version"] == 1
    assert (await limited.post("/api/tickets", json=GOOD, headers=bob)).status_code == 201


async def test_a_body_that_is_wrong_costs_no_try(
    limited: httpx.AsyncClient, sign_in: SignIn
) -> None:
    """Whoever corrects a form again and again has listed nothing yet."""
    ann = sign_in()
    for _ in range(LIMIT * 2):
        answer = await limited.post("/api/tickets", json=GOOD | {"price": -1}, headers=ann)
        assert answer.status_code == 400

    assert (await limited.post("/api/tickets", json=GOOD, headers=ann)).status_code == 201


@pytest.mark.parametrize("limited", [0], indirect=True)
async def test_zero_switches_it_off(limited: httpx.AsyncClient, sign_in: SignIn) -> None:
    """As load tests do."""
    ann = sign_in()

    answers = [await limited.post("/api/tickets", json=GOOD, headers=ann) for _ in range(200)]

    assert {each.status_code for each in answers} == {201}
