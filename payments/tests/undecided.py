"""An order whose payment is not decided yet."""

from datetime import timedelta
from typing import Any

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.types import new_id, now
from ticketing_payments.models.order import Order, PaymentStatus, Progress

AT = now()


def undecided(cancelled: bool = False, **payment: Any) -> Order:
    """An order being charged, with an intent."""
    charging: dict[str, Any] = {
        "status": PaymentStatus.CHARGING,
        "attempt": 1,
        "lease_until": AT,
        "look_at": AT + timedelta(seconds=9),
        "looks": 3,
        "payment_id": new_id(),
        "intent_id": "pi_1",
    }
    return Order(
        id=new_id(),
        version=4,
        user_id=new_id(),
        status=OrderStatus.CANCELLED if cancelled else OrderStatus.CREATED,
        price=20,
        expires_at=AT,
        order_version=1,
        payment=Progress(**{**charging, **payment}),
    )
