"""What the payments service tells."""

from ticketing_common.events.catalogue import PaymentCreated
from ticketing_common.events.event import Event
from ticketing_payments.models.order import Order, PaymentStatus


def payment_created(order: Order) -> PaymentCreated:
    """Of an order that has been charged."""
    return PaymentCreated.model_validate(
        {
            "id": order.payment.payment_id,
            "orderId": order.id,
            "stripeId": order.payment.charge_id,
        }
    )


def present_state(order: Order) -> list[Event]:
    """What to tell of an order's payment when the stream has lost the news of it."""
    return [payment_created(order)] if order.payment.status == PaymentStatus.CHARGED else []
