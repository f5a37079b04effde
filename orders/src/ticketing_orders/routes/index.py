"""GET /api/orders: the caller's own orders, the newest first, whatever became of them."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.middlewares import Filter, Paged, SignedIn
from ticketing_common.routing import Route
from ticketing_common.store import Page
from ticketing_orders.models.order import OPEN, Order, Orders

router = APIRouter(route_class=Route)

STATES: Mapping[str, Mapping[str, Any]] = {
    "open": {"status": {"$in": list(OPEN)}},
    "complete": {"status": OrderStatus.COMPLETE},
    "cancelled": {"status": OrderStatus.CANCELLED},
}
STATE = Filter("state", "|".join(STATES), f"State must be one of {', '.join(STATES)}")
TICKET = Filter("ticketId", "[0-9a-f]{24}", "TicketId must be a ticket's id")


@router.get("/api/orders")
async def index(
    user: SignedIn, orders: Orders, page: Annotated[Page, Depends(Paged(500, STATE, TICKET))]
) -> list[Order]:
    """All of them, or those in one state or of one ticket."""
    query: dict[str, Any] = {"userId": user.id}
    for name, value in page.asked:
        query |= STATES[value] if name == "state" else {"ticket.id": value}
    return await orders.page(query, page)
