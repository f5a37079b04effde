"""Orders as the service hears of them."""

from datetime import timedelta
from typing import Any

from ticketing_common.events.catalogue import OrderCancelled, OrderCreated, OrderStatus
from ticketing_common.store import Store
from ticketing_common.types import new_id, now
from ticketing_payments.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_payments.events.listeners.order_created import OrderCreatedListener
from ticketing_payments.models.order import Order


async def placed(orders: Store[Order], expires_in: float = 900, **fields: Any) -> Order:
    fresh = {"id": new_id(), "version": 0, "status": OrderStatus.CREATED, "price": 20}
    moment = now() + timedelta(seconds=expires_in)
    event = _event({**fresh, "user_id": new_id(), "expires_at": moment, **fields})
    await OrderCreatedListener(orders).on_message(OrderCreated(**event))
    return await orders.get(event["id"])


async def cancelled(orders: Store[Order], order: Order) -> Order:
    names = "id", "user_id", "price", "expires_at"
    fields = {name: getattr(order, name) for name in names}
    event = _event({**fields, "version": 1, "status": OrderStatus.CANCELLED})
    await OrderCancelledListener(orders).on_message(OrderCancelled(**event))
    return await orders.get(order.id)


def _event(order: dict[str, Any]) -> dict[str, Any]:
    price = order.pop("price")
    return {**order, "ticket": {"id": new_id(), "price": price, "reservation": 1}}
