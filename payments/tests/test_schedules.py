"""Random schedules: whatever comes together, everybody is charged once or not at all."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from payments.tests.paying import pay, recovery_of
from ticketing_common.errors import CustomError
from ticketing_common.store import Store
from ticketing_common.store.retry import retrying
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment
from ticketing_payments.recovery import Recovery
from ticketing_stripe_fake.faults import Kind
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]

TOKENS = ("tok_visa", "tok_visa", "tok_chargeDeclined", "tok_threeDSecure2Required", "tok_nonsense")
FAULTS: tuple[Kind, ...] = (
    "drop_request",
    "unavailable",
    "rate_limit",
    "lock_timeout",
    "error_before",
    "error_after",
    "lost_response",
)


class Schedule:
    """Does at random what buyers, orders, replicas and Stripe may do, in a seeded order."""

    def __init__(self, seed: int, order: Order, orders: Store[Order], stripe: RunningFake) -> None:
        self.random = random.Random(seed)
        self.order = order
        self.orders = orders
        self.stripe = stripe

    async def pay(self, cashier: Cashier) -> None:
        await asyncio.sleep(self.random.random() / 50)
        try:
            await pay(cashier, await self.orders.get(self.order.id), self.random.choice(TOKENS))
        except CustomError:
            return  # told so

    async def recover(self, recovery: Recovery) -> None:
        """With a clock that may run ahead: the lease is no excuse for a second charge."""
        await asyncio.sleep(self.random.random() / 50)
        order = await self.orders.get(self.order.id)
        try:
            if order.payment.look_at:
                await self.orders.save(order.with_payment(look_at=now()))
            await recovery.look()
        except CustomError:
            return  # somebody was faster

    async def authenticate(self) -> None:
        await asyncio.sleep(self.random.random() / 50)
        for id, status in self.stripe.order(self.order.id)["intents"].items():
            if status == "requires_action":
                try:
                    self.stripe.authenticate(id, self.random.choice(["succeeded", "failed"]))
                except ValueError:
                    return  # it has been paid otherwise meanwhile

    async def cancel(self, cancel: Act) -> None:
        await asyncio.sleep(self.random.random() / 50)
        await retrying(lambda: cancel(self.order))  # as every listener is


@pytest.mark.parametrize("cancelled", [False, True])
@pytest.mark.parametrize("seed", range(12))
async def test_ends_right(
    orders: Store[Order],
    payments: Store[Payment],
    ledger: Ledger,
    gateway: StripeGateway,
    timing: Timing,
    stripe: RunningFake,
    place: Act,
    cancel: Act,
    settle: Act,
    seed: int,
    cancelled: bool,
) -> None:
    """Two replicas take and recover payments while Stripe fails and forgets: a live order ends
    charged once or still to be paid, a cancelled one with all its money back."""
    schedule = Schedule(seed, await place(), orders, stripe)
    id = schedule.order.id
    for _ in range(5):
        # Each replica remembers what it has seen itself.
        stores = [Store(orders.database, Order) for _ in range(2)]
        replicas = [recovery_of(store, ledger, gateway, timing) for store in stores]
        stripe.fault(
            schedule.random.choice(FAULTS), probability=0.4, seed=schedule.random.randrange(99)
        )
        cashiers = [Cashier(store, ledger, gateway, timing) for store in stores]
        await asyncio.gather(
            *map(schedule.pay, cashiers), *map(schedule.recover, replicas), schedule.authenticate()
        )
        assert stripe.order(id)["charges"] <= 1
        stripe.fake.faults.clear()
        if schedule.random.random() < 0.3:
            stripe.fake.keys.forget()
    if cancelled:
        await asyncio.gather(
            schedule.cancel(cancel), *map(schedule.pay, cashiers), *map(schedule.recover, replicas)
        )

    order = await settle(schedule.order) if cancelled else await _quiet(schedule, replicas[0])

    made = stripe.order(id)
    rows = await payments.find({"orderId": id})
    assert made["charges"] == len(rows) <= 1
    if cancelled:
        assert made["charged"] == made["refunded"]
        assert order.payment.status in (PaymentStatus.REFUNDED, PaymentStatus.SETTLED)
    else:
        assert made["refunds"] == 0
        assert (order.payment.status == PaymentStatus.CHARGED) == (made["charges"] == 1)


async def _quiet(schedule: Schedule, recovery: Recovery) -> Order:
    """The order once nobody is at it; an authentication may go on being waited for."""
    for _ in range(4):
        await schedule.recover(recovery)
    order = await schedule.orders.get(schedule.order.id)
    assert order.payment.status in (PaymentStatus.NONE, PaymentStatus.CHARGED)
    return order
