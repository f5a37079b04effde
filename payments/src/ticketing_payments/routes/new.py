"""POST /api/payments: pay for one's own order."""

from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints
from starlette.requests import Request

from ticketing_common.errors import BadRequestError, NotAuthorizedError, RequestValidationError
from ticketing_common.middlewares import RequestBody, SignedIn
from ticketing_common.routing import Route
from ticketing_payments.cashier import Cashier, cashier_of
from ticketing_payments.declines import DeclinesLimit
from ticketing_payments.errors import OrderExpiredError, PaymentUnknownError
from ticketing_payments.models.order import Order, Orders, PaymentStatus
from ticketing_payments.prompts import Prompted

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


@router.post(
    "/api/payments",
    status_code=201,
    responses={404: {"description": "No such order."}, 429: {"description": "Too many declines."}},
)
async def new(
    request: Request,
    body: NewPayment,
    user: SignedIn,
    orders: Orders,
    cashier: Annotated[Cashier, Depends(cashier_of)],
    prompts: Prompted,
    declines: DeclinesLimit,
) -> PaymentId:
    if cashier.gateway.live and not body.token.startswith("pm_"):
        raise RequestValidationError([("token", "Token must be a payment method")])

    def take(order: Order) -> Order:
        if order.user_id != user.id:
            raise NotAuthorizedError
        taken = cashier.take(order)
        declines.require_few(order, request)
        return taken

    try:
        id = body.order_id
        order = await orders.arrivals.once_heard(id, user.id, lambda: orders.change(id, take))
    except OrderExpiredError:  # but the buyer's bank may have confirmed a payment in time
        order = await prompts.look(await orders.get(body.order_id))
        if order.payment.status != PaymentStatus.CHARGED:
            raise
        return _answer(order)
    paid = await cashier.charge(order, body.token, user.email)
    if paid.payment.declines > order.payment.declines:
        await declines.add(order, request)
    return _answer(paid)


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
