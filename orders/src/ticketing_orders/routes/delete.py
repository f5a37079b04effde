"""DELETE /api/orders/:id: cancel one's own order."""

from fastapi import APIRouter

from ticketing_common.errors import BadRequestError, NotAuthorizedError
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.middlewares import SignedIn
from ticketing_common.routing import Route
from ticketing_orders.events.publishers import order_cancelled
from ticketing_orders.models.order import CancelledBy, Order, Orders

router = APIRouter(route_class=Route)


@router.delete("/api/orders/{id}", status_code=204)
async def delete(id: str, user: SignedIn, orders: Orders) -> None:
    def cancel(order: Order) -> Order | None:
        if order.user_id != user.id:
            raise NotAuthorizedError
        if order.status == OrderStatus.COMPLETE:
            raise BadRequestError("Cannot cancel a completed order")
        return order.cancelled(CancelledBy.BUYER) if order.open else None

    await orders.change(id, cancel, order_cancelled)
