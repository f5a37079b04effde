"""A new order can be paid."""

from ticketing_common.events.catalogue import OrderCreated
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_common.tracing import spans
from ticketing_payments.events.listeners.queue_group import QUEUE_GROUP
from ticketing_payments.models.order import Order, Trace


class OrderCreatedListener(Listener[OrderCreated]):
    event = OrderCreated
    queue_group = QUEUE_GROUP

    def __init__(self, orders: Store[Order]) -> None:
        self.orders = orders

    async def on_message(self, order: OrderCreated) -> None:
        await self.orders.replicate(
            order.id,
            order.version,
            user_id=order.user_id,
            status=order.status,
            ticket_id=order.ticket.id,
            price=order.ticket.price,
            expires_at=order.expires_at,
            **_trace(),
        )


def _trace() -> dict[str, Trace]:
    """The current one: that of the request that made the order, if its event brought it along."""
    traceparent = spans.trace_headers().get(spans.HEADER)
    return {"trace": Trace(traceparent=traceparent)} if traceparent else {}
