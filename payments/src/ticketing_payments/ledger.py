"""Writing the ledger: idempotent, so that it can be written before the decision it belongs to."""

from ticketing_common.store import Store
from ticketing_payments.models.order import Order
from ticketing_payments.models.payment import Payment

CHARGED = 1  # the version of a charge: what is known of refunds is never overwritten by one


class Ledger:
    """Keeps each order's charge under the payment id chosen at its first attempt."""

    def __init__(self, payments: Store[Payment]) -> None:
        self.payments = payments

    async def charged(self, order: Order, charge_id: str) -> None:
        await self._write(order, charge_id, CHARGED)

    async def returned(
        self, order: Order, charge_id: str, refund_id: str | None, refunded: int
    ) -> None:
        """What went back by now, in cents; `refund_id` is None where none of it did.

        It belongs to the order's next version, and so is newer than what belonged to this one.
        """
        version = CHARGED + 1 + order.version
        await self._write(order, charge_id, version, refund_id=refund_id, refunded=refunded)

    async def _write(self, order: Order, charge_id: str, version: int, **returns: object) -> None:
        assert order.payment.payment_id is not None  # noqa: S101 - chosen before any charge
        await self.payments.replicate(
            order.payment.payment_id,
            version,
            order_id=order.id,
            stripe_id=charge_id,
            amount=order.price,
            **returns,
        )
