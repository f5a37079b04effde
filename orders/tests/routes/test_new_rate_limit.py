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
    order = {"ticketId": "f" * 24}

    for number in range(LIMIT):
        headers = ann | {"X-Forwarded-For": f"203.0.113.{number}"}
        assert (await api.post("/api/orders", json=order, headers=headers)).status_code == 404
    refused = await api.post("/api/orders", json=order, headers=ann)

    assert refused.status_code == 429
    why = "You have ordered too often in the last minute"
    message = f"{why}, please try again in {60 // LIMIT} seconds"
    assert refused.json() == {"errors": [{"message": message}]}
    assert int(refused.headers["Retry-After"]) == 60 // LIMIT
    assert (await api.post("/api/orders", json=order, headers=bob)).status_code == 404
    assert (await api.get("/api/orders", headers=ann)).status_code == 200


async def test_what_is_no_order_costs_no_try(
    client_of: Any, settings: Settings, database: Database, sign_in: SignIn
) -> None:
    """Without a session, or with a body that is wrong, nothing was asked for."""
    api = await client_of(
        create_app(settings.model_copy(update={"RATE_LIMIT_ORDERS": 1}), database)
    )
    ann = sign_in()

    for _ in range(10):
        assert (await api.post("/api/orders", json={"ticketId": new_id()})).status_code == 401
        assert (await api.post("/api/orders", json={}, headers=ann)).status_code == 400

    order = {"ticketId": "f" * 24}
    statuses = [
        (await api.post("/api/orders", json=order, headers=ann)).status_code for _ in range(2)
    ]
    assert statuses == [404, 429]
