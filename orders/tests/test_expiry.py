"""Cancelling an order whose window is over."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from ticketing_common.errors import NotFoundError
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import Store
from ticketing_common.store.retry import retrying
from ticketing_common.types import new_id, now
from ticketing_orders.expiry import expire
from ticketing_orders.models.order import CancelledBy, Order

Place = Callable[..., Awaitable[Order]]
News = Callable[[], Awaitable[list[str]]]

MILLISECOND = timedelta(milliseconds=1)


@pytest.mark.parametrize("status", [OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT])
async def test_not_a_millisecond_early(
    orders: Store[Order], place: Place, news: News, status: OrderStatus
) -> None:
    """An order is safe until its expiresAt, and cancelled with its news from then on."""
    order = await place(status)

    await expire(order.id, orders, at=order.expires_at - MILLISECOND)

    assert await orders.get(order.id) == order
    assert await news() == []

    await expire(order.id, orders, at=order.expires_at)

    assert await orders.get(order.id) == order.cancelled(CancelledBy.EXPIRY)
    assert await news() == [f"order:cancelled/{order.id}/1"]


@pytest.mark.parametrize("status", [OrderStatus.COMPLETE, OrderStatus.CANCELLED])
async def test_what_is_final_does_not_expire(
    orders: Store[Order], place: Place, news: News, status: OrderStatus
) -> None:
    """However long ago its window was."""
    order = await place(status, left=-3600)

    await expire(order.id, orders, at=order.expires_at + timedelta(days=1))

    assert await orders.get(order.id) == order
    assert await news() == []


async def test_unknown_order(orders: Store[Order]) -> None:
    """There is nothing to expire."""
    with pytest.raises(NotFoundError):
        await expire(new_id(), orders, at=now())


async def test_noticed_by_many_at_once(
    place: Place, news: News, racing: Callable[[int], Store[Order]]
) -> None:
    """Listeners and sweepers of several replicas cancel it once, and tell it once."""
    order = await place(left=-1)
    orders = racing(4)

    await asyncio.gather(
        *(retrying(lambda: expire(order.id, orders, at=order.expires_at)) for _ in range(4))
    )

    assert await orders.get(order.id) == order.cancelled(CancelledBy.EXPIRY)
    assert await news() == [f"order:cancelled/{order.id}/1"]
