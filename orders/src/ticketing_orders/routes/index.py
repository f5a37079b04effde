"""GET /api/orders: the caller's own orders, the newest first, whatever became of them."""

from typing import Annotated

from fastapi import APIRouter, Depends

from ticketing_common.middlewares import Paged, SignedIn
from ticketing_common.routing import Route
from ticketing_common.store import Page
from ticketing_orders.models.order import Order, Orders

router = APIRouter(route_class=Route)


@router.get("/api/orders")
async def index(
    user: SignedIn, orders: Orders, page: Annotated[Page, Depends(Paged(500))]
) -> list[Order]:
    return await orders.page({"userId": user.id}, page)
