"""GET /api/payments/:orderId: how far the payment of one's own order has got."""

from typing import Annotated

from fastapi import APIRouter, Depends

from ticketing_common.errors import NotAuthorizedError
from ticketing_common.middlewares import SignedIn
from ticketing_common.routing import Route
from ticketing_common.store.document import Model
from ticketing_common.types import Moment, Price
from ticketing_payments.cashier import Cashier, cashier_of
from ticketing_payments.models.order import Orders, PaymentStatus

router = APIRouter(route_class=Route)


class PaymentState(Model):
    """`amount` in dollars; `client_secret` where the buyer has to authenticate; `message` says
    why the last try charged nothing. After `payable_until` no payment may start: its end could
    come too late."""

    order_id: str
    status: PaymentStatus
    amount: Price
    client_secret: str | None
    message: str | None
    payable_until: Moment


@router.get("/api/payments/{order_id}")
async def show(
    order_id: str,
    user: SignedIn,
    orders: Orders,
    cashier: Annotated[Cashier, Depends(cashier_of)],
) -> PaymentState:
    order = await orders.get(order_id)
    if order.user_id != user.id:
        raise NotAuthorizedError
    return PaymentState(
        order_id=order.id,
        status=order.payment.status,
        amount=order.price,
        client_secret=order.payment.client_secret,
        message=order.payment.message,
        payable_until=cashier.payable_until(order),
    )
