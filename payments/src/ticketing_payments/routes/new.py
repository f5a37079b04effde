"""POST /api/payments: pay for one's own order."""

from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints

from ticketing_common.errors import BadRequestError, NotAuthorizedError
from ticketing_common.middlewares import RequestBody, SignedIn
from ticketing_common.routing import Route
from ticketing_payments.cashier import Cashier, PaymentUnknownError, cashier_of
from ticketing_payments.models.order import Order, Orders, PaymentStatus

router = APIRouter(route_class=Route)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


class NewPayment(RequestBody):
    messages: ClassVar[dict[str, str]] = {
        "token": "Token must be provided",
        "orderId": "OrderId must be provided",
    }

    token: Text
    order_id: Text


class PaymentId(BaseModel):
    id: str


class AuthenticationRequiredError(BadRequestError):
    """The buyer's bank wants to hear from the buyer; the page does that with the client secret."""

    message = "Your bank asks you to confirm this payment"

    def __init__(self, client_secret: str) -> None:
        super().__init__()
        self.client_secret = client_secret

    def body(self) -> dict[str, Any]:
        return {**super().body(), "clientSecret": self.client_secret}


@router.post("/api/payments", status_code=201, responses={404: {"description": "No such order."}})
async def new(
    body: NewPayment,
    user: SignedIn,
    orders: Orders,
    cashier: Annotated[Cashier, Depends(cashier_of)],
) -> PaymentId:
    def take(order: Order) -> Order:
        if order.user_id != user.id:
            raise NotAuthorizedError
        return cashier.take(order)

    order = await orders.change(body.order_id, take)
    return _answer(await cashier.charge(order, body.token))


def _answer(order: Order) -> PaymentId:
    payment = order.payment
    if payment.status == PaymentStatus.CHARGED and payment.payment_id:
        return PaymentId(id=payment.payment_id)
    if payment.status == PaymentStatus.CHARGING:
        raise PaymentUnknownError
    if order.cancelled:
        raise BadRequestError("Cannot pay for a cancelled order")
    if payment.client_secret:
        raise AuthenticationRequiredError(payment.client_secret)
    raise BadRequestError(payment.message or "Your card was not charged, please try again")
