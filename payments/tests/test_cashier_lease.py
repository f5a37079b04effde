"""The lease of a charge: for as long, and no longer, one request alone talks to Stripe."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from payments.tests.paying import pay
from ticketing_common.errors import VersionConflictError
from ticketing_common.store import Store
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_payments.cashier import Cashier
from ticketing_payments.errors import NothingChargedError, PaymentUnknownError
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]

CREATE = "/v1/payment_intents"
CONFIRM = "/v1/payment_intents/*/confirm"


@pytest.mark.parametrize("found", [PaymentStatus.NONE, PaymentStatus.CHARGED])
async def test_a_charge_after_the_lease_was_lost(
    cashier: Cashier,
    orders: Store[Order],
    gateway: StripeGateway,
    stripe: RunningFake,
    place: Act,
    recover: Act,
    monkeypatch: pytest.MonkeyPatch,
    found: PaymentStatus,
) -> None:
    """Where recovery was early (a clock that runs ahead), a charge is a charge all the same, and
    told once; before the charge, there is none any more."""
    order = await place()
    confirm = gateway.confirm

    async def too_slow(*arguments: Any) -> Any:
        if found == PaymentStatus.CHARGED:
            intent = await confirm(*arguments)
        assert (await recover(order)).payment.status == found
        return intent if found == PaymentStatus.CHARGED else await confirm(*arguments)

    monkeypatch.setattr(gateway, "confirm", too_slow)

    assert (await pay(cashier, order, "tok_visa")).payment.status == found
    told = [len(waiting.messages) for waiting in await orders.outbox.pending(10)]
    assert (stripe.order(order.id)["charges"], told) == (
        (1, [1]) if found == PaymentStatus.CHARGED else (0, [])
    )


@pytest.mark.parametrize("call", ["create", "confirm"])
async def test_what_stripe_said_is_written_down_in_the_end(
    cashier: Cashier,
    orders: Store[Order],
    gateway: StripeGateway,
    place: Act,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
) -> None:
    """However often someone else saves the order in between."""
    order = await place()
    ask, save = getattr(gateway, call), orders.save
    rivals = 0

    async def contested(*arguments: Any) -> Any:
        nonlocal rivals
        rivals = 4
        return await ask(*arguments)

    async def faster(*arguments: Any) -> Any:
        nonlocal rivals
        rivals -= 1
        if rivals >= 0:
            raise VersionConflictError
        return await save(*arguments)

    monkeypatch.setattr(gateway, call, contested)
    monkeypatch.setattr(orders, "save", faster)

    assert (await pay(cashier, order, "tok_visa")).payment.status == PaymentStatus.CHARGED
    assert rivals < 0


async def test_a_decline_after_the_lease_was_lost(
    cashier: Cashier,
    orders: Store[Order],
    gateway: StripeGateway,
    place: Act,
    recover: Act,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It ends its own attempt, and not the one that was begun meanwhile."""
    order = await place()
    confirm = gateway.confirm

    async def too_slow(*arguments: Any) -> Any:
        await orders.save(cashier.take(await recover(order)))
        return await confirm(*arguments)

    monkeypatch.setattr(gateway, "confirm", too_slow)

    answered = await pay(cashier, order, "tok_chargeDeclined")

    assert answered == await orders.get(order.id)
    assert (answered.payment.status, answered.payment.attempt) == (PaymentStatus.CHARGING, 2)


@pytest.mark.parametrize("where", ["create", "stored"])
async def test_a_request_that_lost_its_lease_does_not_charge(
    cashier: Cashier,
    orders: Store[Order],
    stripe: RunningFake,
    gateway: StripeGateway,
    place: Act,
    recover: Act,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    """Who finds somebody else's decision before the confirmation leaves the card alone."""
    order = await place()
    create = gateway.create

    async def too_slow(*arguments: Any) -> Any:
        intent = await create(*arguments)
        if where == "stored":  # the lease is still ours, but about to end
            mine = await orders.get(order.id)
            await orders.save(mine.with_payment(lease_until=now() + timedelta(seconds=0.1)))
        else:
            await recover(order)
        return intent

    monkeypatch.setattr(gateway, "create", too_slow)

    if where == "stored":
        with pytest.raises(PaymentUnknownError):
            await pay(cashier, order, "tok_visa")
    else:
        assert (await pay(cashier, order, "tok_visa")).payment.status == PaymentStatus.NONE
    assert stripe.order(order.id)["charges"] == 0


@pytest.mark.parametrize("slow", [CREATE, CONFIRM, "store"])
async def test_never_longer_than_the_lease(
    orders: Store[Order],
    ledger: Ledger,
    stripe: RunningFake,
    place: Act,
    recover: Act,
    monkeypatch: pytest.MonkeyPatch,
    slow: str,
) -> None:
    """A request gives up before its lease runs out, whoever is slow; its charge is found later."""
    timing = Timing(0.4, 0.05, 1.0, 0.1, 1.0, 0.2, 0.2, 0.5)
    gateway = StripeGateway("sk_test_slow", stripe.url, timing.stripe_timeout)
    cashier = Cashier(orders, ledger, gateway, timing)
    order = await place()
    if slow == "store":
        monkeypatch.setattr(ledger, "charged", lambda *_: asyncio.sleep(10))
    else:
        stripe.fault("slow_response", method="POST", path=slow, seconds=1.2)
    began = time.monotonic()

    with pytest.raises(NothingChargedError if slow == CREATE else PaymentUnknownError):
        await pay(cashier, order, "tok_visa")

    assert time.monotonic() - began < timing.lease + 3
    monkeypatch.undo()
    stripe.fake.faults.clear()
    await gateway.close()
    assert (await recover(order)).payment.status in (PaymentStatus.CHARGED, PaymentStatus.NONE)
