"""GET /api/orders: the caller's own orders, whatever became of them."""

from fastapi import APIRouter

from ticketing_common.middlewares import SignedIn
from ticketing_common.routing import Route
from ticketing_orders.models.order import Order, Orders

router = APIRouter(route_class=Route)

LIMIT = 500  # orders, the newest first


@router.get("/api/orders")
async def index(user: SignedIn, orders: Orders) -> list[Order]:
    return await orders.find({"userId": user.id}, sort=[("_id", -1)], limit=LIMIT)
