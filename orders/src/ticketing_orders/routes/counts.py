"""GET /api/orders/counts: how many orders of the caller's are in each state."""

from collections import Counter

from fastapi import APIRouter

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.middlewares import SignedIn
from ticketing_common.routing import Route
from ticketing_common.store.document import Model
from ticketing_orders.models.order import OPEN, Orders

router = APIRouter(route_class=Route)

MOST_COUNTED = 10_000  # orders


class Counts(Model):
    open: int
    complete: int
    cancelled: int


@router.get("/api/orders/counts")
async def counts(user: SignedIn, orders: Orders) -> Counts:
    """Of the first `MOST_COUNTED`."""
    found = await orders.fields({"userId": user.id}, ("status",), MOST_COUNTED)
    by_status = Counter(each["status"] for each in found)
    return Counts(
        open=sum(by_status[status] for status in OPEN),
        complete=by_status[OrderStatus.COMPLETE],
        cancelled=by_status[OrderStatus.CANCELLED],
    )
