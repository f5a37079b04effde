"""GET /api/tickets/mine/counts: how many tickets of the caller's are in each state, and what those
that are sold have brought."""

from collections import Counter

from fastapi import APIRouter

from ticketing_common.middlewares import SignedIn
from ticketing_common.routing import Route
from ticketing_common.store.document import Model, object_id
from ticketing_common.types import AnyPrice, cents
from ticketing_tickets.models.sale import Sales
from ticketing_tickets.models.ticket import Tickets
from ticketing_tickets.routes.states import State

router = APIRouter(route_class=Route)

MOST_COUNTED = 10_000  # tickets


class Counts(Model):
    listed: int
    reserved: int
    sold: int
    withdrawn: int
    earned: AnyPrice  # dollars, of the sales whose price is known


@router.get("/api/tickets/mine/counts")
async def mine_counts(user: SignedIn, tickets: Tickets, sales: Sales) -> Counts:
    """Of the first `MOST_COUNTED`."""
    fields = ("orderId", "withdrawn")
    found = await tickets.fields({"userId": user.id}, fields, MOST_COUNTED)
    free = Counter(
        State.WITHDRAWN if each.get("withdrawn") else State.LISTED
        for each in found
        if each.get("orderId") is None
    )
    orders = [object_id(each["orderId"]) for each in found if each.get("orderId")]
    sold = await sales.fields({"_id": {"$in": orders}}, ("price",), len(orders)) if orders else []
    prices = [cents(each["price"]) for each in sold if each.get("price") is not None]
    return Counts(
        listed=free[State.LISTED],
        withdrawn=free[State.WITHDRAWN],
        reserved=len(orders) - len(sold),
        sold=len(sold),
        earned=sum(prices) / 100,
    )
