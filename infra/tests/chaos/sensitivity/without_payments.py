"""Ways to take a mechanism out of the payments service, in the process that is about to be it."""

from typing import Any

from infra.tests.chaos.sensitivity.unguarded import is_compare_and_set, unguard
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.recovery import Recovery


def idempotency_key() -> None:
    ask = StripeGateway._ask

    async def keyless(
        self: StripeGateway, *arguments: Any, idempotency_key: str = "", **params: Any
    ) -> Any:
        return await ask(self, *arguments, **params)

    StripeGateway._ask = keyless  # type: ignore[method-assign]


def compare_and_set() -> None:
    """The last save wins, whatever was saved since it read."""
    unguard(is_compare_and_set)


def refund() -> None:
    """What was charged for a cancelled order is kept."""

    async def keep(self: Recovery, order: Order, _: Any) -> None:
        await self.orders.save(
            order.with_payment(status=PaymentStatus.SETTLED, look_at=None, looks=0)
        )

    Recovery._refund = keep  # type: ignore[method-assign,assignment]
