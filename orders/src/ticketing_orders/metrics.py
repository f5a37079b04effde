"""Orders that have not ended, for Prometheus."""

from datetime import timedelta

from prometheus_client import Metric

from ticketing_common.metrics.metrics import Source, gauge, gauges
from ticketing_common.store import Store
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_orders.models.order import OPEN, Order

MOST_COUNTED = 10_000  # of each status; there may be more


def figures(orders: Store[Order], timing: Timing) -> Source:
    """Only those that may still end are counted: of the others there is no end."""
    grace = timedelta(seconds=timing.sweep_grace)

    async def read() -> list[Metric]:
        by_status: dict[str, float] = {
            status: len(await orders.fields({"status": status}, ("status",), MOST_COUNTED))
            for status in OPEN
        }
        unpaid = {"status": {"$in": list(OPEN)}}
        late = {**unpaid, "expiresAt": {"$lte": now() - grace}}
        overdue = await orders.fields(late, ("status",), MOST_COUNTED)
        oldest = await orders.find(unpaid, sort=[("expiresAt", 1)], limit=1)
        past = [(now() - order.expires_at).total_seconds() for order in oldest]
        return [
            gauges("orders", "Orders that have not ended.", "status", by_status),
            gauge("orders_overdue", "Of those, orders that should have been ended.", len(overdue)),
            gauge(
                "orders_past_deadline_seconds",
                "How long ago the first of them had to be paid.",
                max([*past, 0.0]),
            ),
        ]

    return read
