"""Ways to take a mechanism out of the payments service, in the process that is about to be it."""

from datetime import datetime, timedelta
from typing import Any

from infra.tests.chaos.sensitivity.unguarded import is_compare_and_set, unguard
from infra.tests.chaos.sensitivity.without_watch import gaps as gaps
from infra.tests.chaos.sensitivity.without_watch import marks_of_messages as marks_of_messages
from ticketing_payments import refunder
from ticketing_payments.gateway import StripeGateway, webhook
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.watch import Watch
from ticketing_payments.refunder import Refunder
from ticketing_payments.schedule import MAX_BACKOFF, Schedule


def idempotency_key() -> None:
    post = StripeGateway._post

    async def keyless(self: StripeGateway, path: str, params: Any = None, key: Any = None) -> Any:
        return await post(self, path, params)

    StripeGateway._post = keyless  # type: ignore[assignment]


def compare_and_set() -> None:
    """The last save wins, whatever was saved since it read."""
    unguard(is_compare_and_set)


def refund() -> None:
    """What was charged for a cancelled order is kept."""

    async def keep(self: Refunder, order: Order, _: Any) -> None:
        await self.orders.save(
            order.with_payment(status=PaymentStatus.SETTLED, look_at=None, looks=0)
        )

    Refunder._refund = keep  # type: ignore[assignment]


def watched_refunds() -> None:
    """Whatever was refunded once is taken for refunded for good."""
    names = vars(refunder)
    watching = names["watching"]

    def seen_once(*arguments: Any) -> Watch:
        watch: Watch = watching(*arguments)
        return watch.model_copy(update={"at": None})

    names["watching"] = seen_once


def looks_at_the_end() -> None:
    """An authentication is looked for after a while, whenever its deadline is."""

    def late(self: Schedule, order: Order, at: datetime, delay: timedelta) -> timedelta:
        return self.interval * MAX_BACKOFF

    Schedule._until_authenticated = late  # type: ignore[method-assign]


def webhook_signature() -> None:
    """Whoever says something is taken for Stripe."""
    webhook._signed = lambda *_: True
