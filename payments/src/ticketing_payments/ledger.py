"""Writing the ledger: idempotent, so that it can be written before the decision it belongs to."""

from ticketing_common.store import Store
from ticketing_payments.models.order import Order
from ticketing_payments.models.payment import Payment

CHARGED, REFUNDED = 1, 2  # versions: a refund is never overwritten by a late charge


class Ledger:
    """Keeps each order's charge under the payment id chosen at its first attempt."""

    def __init__(self, payments: Store[Payment]) -> None:
        self.payments = payments

    async def charged(self, order: Order, charge_id: str) -> None:
        await self._write(order, charge_id, CHARGED, None)

    async def refunded(self, order: Order, charge_id: str, refund_id: str) -> None:
        await self._write(order, charge_id, REFUNDED, refund_id)

    async def _write(
        self, order: Order, charge_id: str, version: int, refund_id: str | None
    ) -> None:
        assert order.payment.payment_id is not None  # noqa: S101 - chosen before any charge
        await self.payments.replicate(
            order.payment.payment_id,
            version,
            order_id=order.id,
            stripe_id=charge_id,
            amount=order.price,
            refund_id=refund_id,
        )
