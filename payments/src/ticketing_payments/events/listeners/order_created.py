"""A new order can be paid."""

from ticketing_common.events.catalogue import OrderCreated
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_common.tracing import spans
from ticketing_payments.events.listeners.queue_group import QUEUE_GROUP
from ticketing_payments.models.order import Order, Trace, take_over


class OrderCreatedListener(Listener[OrderCreated]):
    event = OrderCreated
    queue_group = QUEUE_GROUP

    def __init__(self, orders: Store[Order]) -> None:
        self.orders = orders

    async def on_message(self, order: OrderCreated) -> None:
        await take_over(self.orders, order, **_trace())


def _trace() -> dict[str, Trace]:
    """The current one: that of the request that made the order, if its event brought it along."""
    traceparent = spans.trace_headers().get(spans.HEADER)
    return {"trace": Trace(traceparent=traceparent)} if traceparent else {}
