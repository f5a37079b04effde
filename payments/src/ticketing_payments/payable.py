"""Whether an order may be paid now."""

from datetime import datetime

from ticketing_common.errors import BadRequestError
from ticketing_common.types import now
from ticketing_payments.errors import OrderExpiredError
from ticketing_payments.models.order import Order, PaymentStatus


def require_payable(order: Order, until: datetime) -> None:
    """What a POST is answered, by what is stored:

    | payment is | order is | answer |
    |---|---|---|
    | none | live | - |
    | none | complete | Order is already paid |
    | none | cancelled | Cannot pay for a cancelled order |
    | charging | live | A payment is already in progress |
    | charging | cancelled | Cannot pay for a cancelled order |
    | charged | live | Order is already paid |
    | charged | complete | Order is already paid |
    | refund_due | cancelled | Cannot pay for a cancelled order |
    | refunded | cancelled | Cannot pay for a cancelled order |
    | settled | cancelled | Cannot pay for a cancelled order |

    After `until` it is too late for what may be paid otherwise: `OrderExpiredError`.
    """
    if order.cancelled:
        raise BadRequestError("Cannot pay for a cancelled order")
    if order.paid:
        raise BadRequestError("Order is already paid")
    if order.payment.status == PaymentStatus.CHARGING:
        raise BadRequestError("A payment is already in progress")
    if now() > until:
        raise OrderExpiredError
