"""GET /api/payments/:orderId: how far the payment of one's own order has got."""

from typing import Annotated

from fastapi import APIRouter, Depends

from ticketing_common.errors import NotAuthorizedError
from ticketing_common.middlewares import SignedIn
from ticketing_common.routing import Route
from ticketing_common.store.document import Model
from ticketing_common.types import Moment, Price
from ticketing_payments.admission import Admissions
from ticketing_payments.cashier import Cashier, cashier_of
from ticketing_payments.declines import Declines, DeclinesLimit
from ticketing_payments.models.order import Order, Orders, PaymentStatus
from ticketing_payments.models.state import State, state_of
from ticketing_payments.models.watch import Dispute, Watch
from ticketing_payments.prompts import Prompted
from ticketing_payments.routes.admission import Admitting

router = APIRouter(route_class=Route)

NOTHING_HEARD = Watch()


class PaymentState(Model):
    """Amounts in dollars. `state` says where the money is (see `models.state`); `status` is the
    coarser word of before, for those who do not know `state`. `refunded_amount` is what went back
    so far, whoever gave it, by refunds that have not failed, and `refund_pending` that some of it
    may still fail; `dispute` what the buyer's bank says of an objection; `under_review` that a
    person of ours has to look at it. `client_secret` is there where the buyer has to authenticate;
    `message` says why the last try charged nothing. After `payable_until` no payment may start: its
    end could come too late. Nor may one once `tries_left` is 0: too many cards were declined.
    `admission` is the code to show at the door, while it is worth anything."""

    order_id: str
    status: PaymentStatus
    state: State
    amount: Price
    refunded_amount: float
    refund_pending: bool
    dispute: Dispute | None
    under_review: bool
    client_secret: str | None
    message: str | None
    payable_until: Moment
    tries_left: int | None
    admission: str | None


@router.get("/api/payments/{order_id}")
async def show(
    order_id: str,
    user: SignedIn,
    orders: Orders,
    cashier: Annotated[Cashier, Depends(cashier_of)],
    prompts: Prompted,
    declines: DeclinesLimit,
    admissions: Admitting,
) -> PaymentState:
    order = await orders.get(order_id)
    if order.user_id != user.id:
        raise NotAuthorizedError
    prompts.soon(order)  # whoever asks now will ask again: then it is known
    return _shown(order, cashier, declines, admissions)


def _shown(
    order: Order, cashier: Cashier, declines: Declines, admissions: Admissions
) -> PaymentState:
    payment = order.payment
    watch = payment.watch or NOTHING_HEARD
    return PaymentState(
        order_id=order.id,
        status=payment.status,
        state=state_of(order),
        amount=order.price,
        refunded_amount=watch.refunded / 100,
        refund_pending=watch.refund_pending,
        dispute=watch.dispute_told,
        under_review=watch.review,
        client_secret=payment.client_secret,
        message=payment.message,
        payable_until=cashier.payable_until(order),
        tries_left=declines.tries_left(order),
        admission=admissions.write(order),
    )
