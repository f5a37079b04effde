"""The ledger: what was charged, and what of it went back."""

from typing import ClassVar

from ticketing_common.store import Document, Index
from ticketing_common.types import Price


class Payment(Document):
    """One charge of one order, in dollars; `stripe_id` is Stripe's charge."""

    collection: ClassVar[str] = "payments"
    indexes: ClassVar[tuple[Index, ...]] = (Index((("orderId", 1),)),)

    order_id: str
    stripe_id: str
    amount: Price
    refund_id: str | None = None
