"""What the orders service tells."""

from collections.abc import Awaitable, Callable

import orjson
import pytest

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.events.message import Message
from ticketing_orders.events.publishers import order_cancelled, order_created, present_state
from ticketing_orders.models.order import Order

Place = Callable[..., Awaitable[Order]]


async def test_both_tell_the_whole_state(place: Place) -> None:
    """So that a listener needs neither the order of events nor the one before."""
    order = (await place(reservation=2)).with_status(OrderStatus.CANCELLED)

    for event in (order_created(order), order_cancelled(order)):
        message = Message.of(event)

        assert message.id == f"{message.subject}/{order.id}/1"
        assert orjson.loads(message.data) == {
            "id": order.id,
            "version": 1,
            "status": "cancelled",
            "userId": order.user_id,
            "expiresAt": order.model_dump(mode="json")["expires_at"],
            "ticket": {"id": order.ticket.id, "price": 20, "reservation": 2},
        }


@pytest.mark.parametrize("status", list(OrderStatus))
async def test_the_present_state(place: Place, status: OrderStatus) -> None:
    """After the stream was lost: who holds a ticket, and who no longer does."""
    order = await place(status)

    event = present_state(order)

    cancelled = status == OrderStatus.CANCELLED
    assert event == (order_cancelled(order) if cancelled else order_created(order))
