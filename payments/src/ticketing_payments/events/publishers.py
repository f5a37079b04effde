"""What the payments service tells."""

from ticketing_common.events.catalogue import PaymentCreated
from ticketing_payments.models.order import Order, PaymentStatus


def payment_created(order: Order) -> PaymentCreated | None:
    """Of an order that is charged; of any other there is nothing to tell."""
    if order.payment.status != PaymentStatus.CHARGED:
        return None
    return PaymentCreated.model_validate(
        {
            "id": order.payment.payment_id,
            "orderId": order.id,
            "stripeId": order.payment.charge_id,
            "price": order.price,
            "paidAt": order.payment.charged_at,
        }
    )
