from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ticketing_common.events.catalogue import OrderCancelled, OrderCreated, OrderStatus
from ticketing_common.types import new_id, now


def _order(version: int, status: OrderStatus, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "version": version,
        "status": status,
        "user_id": new_id(),
        "expires_at": now() + timedelta(minutes=15),
        "ticket": {"id": new_id(), "price": 19.99, "reservation": 1},
        **fields,
    }


@pytest.fixture
def created() -> Callable[..., OrderCreated]:
    return lambda **fields: OrderCreated(**_order(0, OrderStatus.CREATED, fields))


@pytest.fixture
def cancelled() -> Callable[..., OrderCancelled]:
    """`cancelled(order)`: that an order:created has been cancelled since."""

    def cancelled(order: OrderCreated, version: int = 2) -> OrderCancelled:
        changed = {"version": version, "status": OrderStatus.CANCELLED}
        return OrderCancelled(**{**order.model_dump(), **changed})

    return cancelled
