"""GET /api/orders/:id: one of the caller's orders."""

from fastapi import APIRouter

from ticketing_common.errors import NotAuthorizedError
from ticketing_common.middlewares import SignedIn
from ticketing_common.routing import Route
from ticketing_orders.models.order import Order, Orders

router = APIRouter(route_class=Route)


@router.get("/api/orders/{id}")
async def show(id: str, user: SignedIn, orders: Orders) -> Order:
    order = await orders.get(id)
    if order.user_id != user.id:
        raise NotAuthorizedError
    return order
