"""The ledger: what was charged, and what of it went back."""

from typing import ClassVar

from ticketing_common.store import Document, Index
from ticketing_common.types import Price, cents


class Payment(Document):
    """One charge of one order, in dollars; `stripe_id` is Stripe's charge.

    `refunded`, in cents, is what went back, by refunds that have not failed; None with a
    `refund_id` is all of it, as versions before that field wrote it.
    """

    collection: ClassVar[str] = "payments"
    indexes: ClassVar[tuple[Index, ...]] = (
        Index((("orderId", 1),)),
        Index((("stripeId", 1),)),
    )

    order_id: str
    stripe_id: str
    amount: Price
    refund_id: str | None = None
    refunded: int | None = None

    @property
    def returned(self) -> int:
        """Cents that went back."""
        if self.refunded is None:
            return cents(self.amount) if self.refund_id else 0
        return self.refunded
