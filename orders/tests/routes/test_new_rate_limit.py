"""Nobody can keep the whole market reserved."""

from typing import Any

from ticketing_common.store import Database
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_orders.app import create_app
from ticketing_orders.config import Settings

LIMIT = 3


async def test_a_user_is_limited_wherever_they_are(
    client_of: Any, settings: Settings, database: Database, sign_in: SignIn
) -> None:
    """429 for the user, from any address; another user at the same address goes on."""
    api = await client_of(
        create_app(settings.model_copy(update={"RATE_LIMIT_ORDERS": LIMIT}), database)
    )
    ann, bob = sign_in(), sign_in()
    order = {"ticketId": new_id()}

    for number in range(LIMIT):
        headers = ann | {"X-Forwarded-For": f"203.0.113.{number}"}
        assert (await api.post("/api/orders", json=order, headers=headers)).status_code == 404
    refused = await api.post("/api/orders", json=order, headers=ann)

    assert refused.status_code == 429
    assert refused.json() == {"errors": [{"message": "Too many requests, please try again later"}]}
    assert int(refused.headers["Retry-After"]) == 60 // LIMIT
    assert (await api.post("/api/orders", json=order, headers=bob)).status_code == 404
    assert (await api.get("/api/orders", headers=ann)).status_code == 200


async def test_without_a_session_the_address_is(
    client_of: Any, settings: Settings, database: Database
) -> None:
    """Whoever is not signed in is told so, and not for ever."""
    api = await client_of(
        create_app(settings.model_copy(update={"RATE_LIMIT_ORDERS": 1}), database)
    )
    here, there = {"X-Forwarded-For": "203.0.113.1"}, {"X-Forwarded-For": "203.0.113.2"}

    statuses = [
        (await api.post("/api/orders", json={}, headers=each)).status_code
        for each in (here, here, there)
    ]

    assert statuses == [401, 429, 401]
