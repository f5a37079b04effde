"""What is asked of an order whose news is still on its way."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.store import arrivals
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_payments.models.order import Order

Act = Callable[..., Awaitable[Order]]
Answer = Coroutine[Any, Any, httpx.Response]
Ask = Callable[..., Answer]


def _pay(api: httpx.AsyncClient, id: str, headers: dict[str, str]) -> Answer:
    return api.post("/api/payments", json={"token": "tok_visa", "orderId": id}, headers=headers)


def _look(api: httpx.AsyncClient, id: str, headers: dict[str, str]) -> Answer:
    return api.get(f"/api/payments/{id}", headers=headers)


@pytest.mark.parametrize(("ask", "status"), [(_pay, 201), (_look, 200)])
async def test_an_order_made_a_moment_ago_is_waited_for(
    app: FastAPI,
    api: httpx.AsyncClient,
    sign_in: SignIn,
    place: Act,
    monkeypatch: pytest.MonkeyPatch,
    ask: Ask,
    status: int,
) -> None:
    """Its buyer's 201 was faster than its event; no one has to ask again for that."""
    monkeypatch.setattr(arrivals, "PATIENCE", 60.0)
    id, buyer = new_id(), new_id()
    asking = asyncio.create_task(ask(api, id, sign_in(buyer)))
    while not app.state.stores[Order].arrivals.waiting:
        await asyncio.sleep(0)

    await place(id=id, user_id=buyer)

    assert (await asking).status_code == status
