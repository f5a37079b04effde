"""POST /api/orders: a ticket whose news is still on its way"""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.store import Store, arrivals
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_orders.models.ticket import Ticket


async def test_a_ticket_made_a_moment_ago_is_waited_for(
    app: FastAPI,
    api: httpx.AsyncClient,
    sign_in: SignIn,
    tickets: Store[Ticket],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its seller's 201 was faster than its event; no one has to ask again for that."""
    monkeypatch.setattr(arrivals, "PATIENCE", 60.0)
    id = new_id()
    body = {"ticketId": id}
    ordering = asyncio.create_task(api.post("/api/orders", json=body, headers=sign_in()))
    while not app.state.stores[Ticket].arrivals.waiting:
        assert not ordering.done()
        await asyncio.sleep(0)

    await tickets.replicate(id, 0, title="A concert", price=20)

    assert (await ordering).status_code == 201
