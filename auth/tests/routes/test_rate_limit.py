"""Passwords can't be tried for ever."""

from typing import Any

import pytest

from ticketing_auth.app import create_app
from ticketing_auth.config import Settings
from ticketing_common.store import Database

LIMIT = 3
AS_JSON = {"Content-Type": "application/json"}
ANN, BOB = {"X-Forwarded-For": "203.0.113.1"}, {"X-Forwarded-For": "203.0.113.2"}
BODY = {"email": "ann@test.com", "password": "password"}


@pytest.mark.parametrize("path", ["/api/users/signin", "/api/users/signup"])
async def test_one_address_is_limited(
    client_of: Any, settings: Settings, database: Database, path: str
) -> None:
    """429 with Retry-After in the standard body, which says why, for that address alone."""
    limited = settings.model_copy(update={"RATE_LIMIT_SIGNIN": LIMIT})
    api = await client_of(create_app(limited, database))

    for _ in range(LIMIT):
        assert (await api.post(path, json=BODY, headers=ANN)).status_code in (201, 400)
    refused = await api.post(path, json=BODY, headers=ANN)

    assert refused.status_code == 429
    why = "There were too many tries to sign in or up from your network"
    message = f"{why}, please try again in {60 // LIMIT} seconds"
    assert refused.json() == {"errors": [{"message": message}]}
    assert refused.headers["Retry-After"] == str(60 // LIMIT)
    assert (await api.post(path, json=BODY, headers=BOB)).status_code in (201, 400)


@pytest.mark.parametrize("path", ["/api/users/signin", "/api/users/signup"])
@pytest.mark.parametrize("content", [b"no JSON", b"{}", b'{"email": "ann", "password": "x"}'])
async def test_what_is_no_try_costs_none(
    client_of: Any, settings: Settings, database: Database, path: str, content: bytes
) -> None:
    """A body that is wrong has tried no password."""
    limited = settings.model_copy(update={"RATE_LIMIT_SIGNIN": 1})
    api = await client_of(create_app(limited, database))

    for _ in range(10):
        assert (await api.post(path, content=content, headers=ANN | AS_JSON)).status_code == 400

    assert (await api.post(path, json=BODY, headers=ANN)).status_code in (201, 400)


async def test_a_session_buys_no_further_try(
    client_of: Any, settings: Settings, database: Database, sign_in: Any
) -> None:
    """Signed in or not, it is the address that counts."""
    limited = settings.model_copy(update={"RATE_LIMIT_SIGNIN": 1})
    api = await client_of(create_app(limited, database))

    first = await api.post("/api/users/signin", json=BODY, headers=ANN | sign_in())
    second = await api.post("/api/users/signin", json=BODY, headers=ANN | sign_in())

    assert (first.status_code, second.status_code) == (400, 429)


async def test_zero_switches_it_off(client_of: Any, settings: Settings, database: Database) -> None:
    """As load tests do."""
    api = await client_of(
        create_app(settings.model_copy(update={"RATE_LIMIT_SIGNIN": 0}), database)
    )

    for _ in range(200):
        answer = await api.post("/api/users/signin", json={}, headers=ANN)
        assert answer.status_code == 400
