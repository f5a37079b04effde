"""Cancelling an order whose window is over, whoever noticed."""

from datetime import datetime

from ticketing_common.store import Store
from ticketing_orders.events.publishers import order_cancelled
from ticketing_orders.models.order import CancelledBy, Order


async def expire(order_id: str, orders: Store[Order], at: datetime) -> None:
    """Cancel the order if it is open and, by our own clock, past its time at that moment.

    Raises `NotFoundError` for an order we do not have.
    """

    def cancel(order: Order) -> Order | None:
        return order.cancelled(CancelledBy.EXPIRY) if order.expired(at) else None

    await orders.change(order_id, cancel, order_cancelled)
