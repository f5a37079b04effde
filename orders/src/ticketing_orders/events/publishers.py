"""What the orders service tells."""

from typing import Any

from ticketing_common.events.catalogue import OrderCancelled, OrderCreated, ReservedTicket
from ticketing_common.events.event import Event
from ticketing_orders.models.order import Order


def order_created(order: Order) -> OrderCreated:
    return OrderCreated(**_state(order))


def order_cancelled(order: Order) -> OrderCancelled:
    return OrderCancelled(**_state(order))


def present_state(order: Order) -> Event:
    """What to tell of an order when the stream has lost the news of it."""
    return order_created(order) if order.holds_ticket else order_cancelled(order)


def _state(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "version": order.version,
        "status": order.status,
        "user_id": order.user_id,
        "expires_at": order.expires_at,
        "ticket": ReservedTicket(
            id=order.ticket.id,
            price=order.ticket.price,
            reservation=order.ticket.reservation,
        ),
    }
