"""What can be cancelled, and what else is answered."""

from ticketing_common.events.catalogue import OrderStatus

OPEN = [OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT]
COMPLETED = {"errors": [{"message": "Cannot cancel a completed order"}]}
