"""Tickets that the base system stored, by rules that are not ours."""

from typing import Any

import httpx
import pytest
from bson import ObjectId

from ticketing_common.store import Database, Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_tickets.events.publishers import ticket_updated
from ticketing_tickets.models.ticket import Ticket


async def _stored(database: Database, **fields: Any) -> str:
    key = ObjectId()
    base = {"title": "A concert", "price": 20, "userId": new_id(), "version": 0}
    await database["tickets"].insert_one({"_id": key, **base, **fields})
    return str(key)


async def test_every_price_is_listed(api: httpx.AsyncClient, database: Database) -> None:
    """It took any amount: all are listed, page by page, in cents."""
    prices = [20, 12.345, 12.344, 1e3, 0.3, 1e7] * 4
    for price in prices:
        await _stored(database, price=price)

    response = await api.get("/api/tickets?limit=10")
    listed = response.json()
    while "next" in response.links:
        response = await api.get(f"/api/tickets{response.links['next']['url']}")
        listed += response.json()

    shown = [20, 12.35, 12.34, 1000, 0.3, 10000000] * 4
    assert [ticket["price"] for ticket in reversed(listed)] == shown


async def test_its_owner_may_edit_it(
    api: httpx.AsyncClient, database: Database, tickets: Store[Ticket], sign_in: SignIn
) -> None:
    """Whatever is wrong with it by our rules can be put right, and only so."""
    owner = new_id()
    id = await _stored(database, price=0.3, title="x" * 600, userId=owner)
    refused = await api.put(
        f"/api/tickets/{id}", json={"title": "A", "price": 0.3}, headers=sign_in(owner)
    )

    response = await api.put(
        f"/api/tickets/{id}", json={"title": "A", "price": 5}, headers=sign_in(owner)
    )

    assert refused.status_code == 400
    assert (response.status_code, response.json()["price"]) == (200, 5)


async def test_it_can_be_told(database: Database, tickets: Store[Ticket]) -> None:
    """The other services hear of its price as it is shown, and of a long title's beginning."""
    id = await _stored(database, price=12.345, title="x" * 600)

    event = ticket_updated(await tickets.get(id))

    assert (event.price, event.title) == (12.35, "x" * 500)


@pytest.mark.parametrize("path", ["{}", "mine"])
async def test_what_cannot_be_read_at_all(
    api: httpx.AsyncClient, database: Database, sign_in: SignIn, path: str
) -> None:
    """By itself it is an error in the standard body; a list goes on without it."""
    owner = new_id()
    id = await _stored(database, price=float("inf"), userId=owner)

    response = await api.get(f"/api/tickets/{path.format(id)}", headers=sign_in(owner))

    wrong = {"errors": [{"message": "It can't be shown as it is stored"}]}
    assert (response.status_code, response.json()) == (
        (200, []) if path == "mine" else (500, wrong)
    )
