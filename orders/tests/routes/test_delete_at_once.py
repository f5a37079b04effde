"""DELETE /api/orders/:id, while others change the order: one of them wins, for good."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from orders.tests.routes.cancelling import COMPLETED, OPEN
from ticketing_common.events.catalogue import OrderStatus, PaymentCreated
from ticketing_common.store import Store
from ticketing_common.store.retry import retrying
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id, now
from ticketing_orders.events.listeners.payment_created import PaymentCreatedListener
from ticketing_orders.expiry import expire
from ticketing_orders.models.order import CancelledBy, Order

Place = Callable[..., Awaitable[Order]]
News = Callable[[], Awaitable[list[str]]]
Race = Callable[[int], Store[Order]]


async def test_many_at_once_cancel_once(
    app: FastAPI,
    api: httpx.AsyncClient,
    sign_in: SignIn,
    orders: Store[Order],
    place: Place,
    news: News,
    racing: Race,
) -> None:
    """Impatient clicks are one cancellation and one event."""
    order = await place()
    app.state.stores[Order] = racing(10)

    responses = await asyncio.gather(
        *(api.delete(f"/api/orders/{order.id}", headers=sign_in(order.user_id)) for _ in range(10))
    )

    assert {response.status_code for response in responses} == {204}
    assert (await orders.get(order.id)).version == 1
    assert await news() == [f"order:cancelled/{order.id}/1"]


@pytest.mark.parametrize("payment_first", [True, False])
@pytest.mark.parametrize("status", OPEN)
async def test_either_cancelled_or_paid(
    app: FastAPI,
    api: httpx.AsyncClient,
    sign_in: SignIn,
    orders: Store[Order],
    place: Place,
    news: News,
    racing: Race,
    status: OrderStatus,
    payment_first: bool,
) -> None:
    """Of a cancellation and a payment that both found the order open one wins, for good."""
    order = await place(status)
    app.state.stores[Order] = race = racing(2)
    payment = PaymentCreated(id=new_id(), order_id=order.id, stripe_id="ch_1")
    paid = PaymentCreatedListener(race)

    async def pay() -> None:
        await retrying(lambda: paid.on_message(payment))

    async def cancel() -> httpx.Response:
        return await api.delete(f"/api/orders/{order.id}", headers=sign_in(order.user_id))

    if payment_first:
        _, response = await asyncio.gather(pay(), cancel())
    else:
        response, _ = await asyncio.gather(cancel(), pay())

    stored = await orders.get(order.id)
    assert stored.version == 1
    if stored.status == OrderStatus.COMPLETE:
        assert (response.status_code, response.json()) == (400, COMPLETED)
        assert await news() == []
    else:
        assert stored.status == OrderStatus.CANCELLED
        assert response.status_code == 204
        assert await news() == [f"order:cancelled/{order.id}/1"]


async def test_cancelled_while_it_expires(
    app: FastAPI,
    api: httpx.AsyncClient,
    sign_in: SignIn,
    orders: Store[Order],
    place: Place,
    news: News,
    racing: Race,
) -> None:
    """Whoever cancels first, the buyer has a 204 and the others hear of it once."""
    order = await place(left=-1)
    app.state.stores[Order] = race = racing(2)

    response, _ = await asyncio.gather(
        api.delete(f"/api/orders/{order.id}", headers=sign_in(order.user_id)),
        retrying(lambda: expire(order.id, race, at=now())),
    )

    assert response.status_code == 204
    assert await orders.get(order.id) in [order.cancelled(by) for by in CancelledBy]
    assert await news() == [f"order:cancelled/{order.id}/1"]
