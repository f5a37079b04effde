"""Ways to take a mechanism out of the payments service, in the process that is about to be it."""

from typing import Any

from infra.tests.chaos.sensitivity.unguarded import is_compare_and_set, unguard
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.recovery import Recovery


class _Keyless:
    """A resource of Stripe's library, asked without the idempotency keys it is given."""

    def __init__(self, resource: Any) -> None:
        self._resource = resource

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._resource, name)

        def call(*arguments: Any) -> Any:
            kept = [each for each in arguments if "idempotency_key" not in each]
            return method(*kept)

        return call


def idempotency_key() -> None:
    make = StripeGateway.__init__

    def keyless(self: Any, *arguments: Any, **options: Any) -> None:
        make(self, *arguments, **options)
        self._intents, self._refunds = _Keyless(self._intents), _Keyless(self._refunds)

    StripeGateway.__init__ = keyless  # type: ignore[method-assign]


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
