"""POST /api/payments: an order whose news is still on its way"""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.store import arrivals
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_payments.models.order import Order

Act = Callable[..., Awaitable[Order]]


async def test_an_order_made_a_moment_ago_is_waited_for(
    app: FastAPI,
    api: httpx.AsyncClient,
    sign_in: SignIn,
    place: Act,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its buyer's 201 was faster than its event; no one has to ask again for that."""
    monkeypatch.setattr(arrivals, "PATIENCE", 60.0)
    id, buyer = new_id(), new_id()
    body = {"token": "tok_visa", "orderId": id}
    paying = asyncio.create_task(api.post("/api/payments", json=body, headers=sign_in(buyer)))
    while not app.state.stores[Order].arrivals.waiting:
        assert not paying.done()
        await asyncio.sleep(0)

    await place(id=id, user_id=buyer)

    assert (await paying).status_code == 201
