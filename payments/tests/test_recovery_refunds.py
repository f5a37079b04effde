"""Orders cancelled after their payment: all of it goes back, once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from payments.tests.paying import pay, recovery_of
from ticketing_common.store import Store
from ticketing_common.timing import Timing
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]
CONFIRM = "/v1/payment_intents/*/confirm"


@pytest.fixture
def owed(cashier: Cashier, place: Act, cancel: Act) -> Act:
    """`await owed("tok_visa")`: an order charged, then cancelled."""

    async def owed(token: str = "tok_visa") -> Order:
        return await cancel(await pay(cashier, await place(), token))

    return owed


def _all_went_back(stripe: RunningFake, order: Order) -> None:
    made = stripe.order(order.id)
    assert (made["charges"], made["refunds"], made["refunded"]) == (1, 1, made["charged"])


async def test_a_cancel_after_the_payment(
    payments: Store[Payment], stripe: RunningFake, owed: Act, recover: Act
) -> None:
    """Defect 6 of the base: the money of an order cancelled after its payment was kept.

    All of it goes back, once, and the ledger says so.
    """
    order = await owed()
    assert order.payment.status == PaymentStatus.REFUND_DUE

    refunded = await recover(order)

    assert (refunded.payment.status, refunded.payment.look_at) == (PaymentStatus.REFUNDED, None)
    _all_went_back(stripe, order)
    (row,) = await payments.find({})
    assert (row.stripe_id, (row.refund_id or "")[:3]) == (order.payment.charge_id, "re_")


async def test_two_replicas_and_two_looks(
    orders: Store[Order],
    ledger: Ledger,
    gateway: StripeGateway,
    timing: Timing,
    stripe: RunningFake,
    owed: Act,
) -> None:
    """However many are at it, also beyond their leases, it is given back exactly once."""
    order = await owed()
    replicas = [recovery_of(orders, ledger, gateway, timing) for _ in range(2)]

    await asyncio.gather(
        *(replica.look() for replica in replicas),
        *(replica.resolver.step(order) for replica in replicas),
        return_exceptions=True,
    )

    for replica in replicas:
        await replica.look()
    assert (await orders.get(order.id)).payment.status == PaymentStatus.REFUNDED
    _all_went_back(stripe, order)


@pytest.mark.parametrize("kind", ["drop_request", "lost_response", "error_before", "error_after"])
@pytest.mark.parametrize("path", ["/v1/refunds", "/v1/payment_intents/*"])
@pytest.mark.parametrize("forgotten", [False, True])
async def test_stripe_fails(
    stripe: RunningFake, owed: Act, recover: Act, settle: Act, kind: Any, path: str, forgotten: bool
) -> None:
    """A refund whose outcome is not known, or that Stripe keeps failing for its key, is tried
    until Stripe shows it, and made once."""
    order = await owed()
    stripe.fault(kind, path=path, next=2)
    assert (await recover(order)).payment.status == PaymentStatus.REFUND_DUE
    if forgotten:
        stripe.fake.keys.forget()

    assert (await settle(order)).payment.status == PaymentStatus.REFUNDED

    _all_went_back(stripe, order)


@pytest.mark.parametrize("status", [400, 402])
async def test_stripe_refuses(
    stripe: RunningFake, owed: Act, recover: Act, settle: Act, status: int
) -> None:
    """A refusal is kept for its key as well, also one that looks like a card's."""
    order = await owed()
    stripe.fault("error_before", method="POST", path="/v1/refunds", next=1, status=status)
    assert (await recover(order)).payment.refund_number == 2

    assert (await settle(order)).payment.status == PaymentStatus.REFUNDED

    _all_went_back(stripe, order)


async def test_already_refunded(
    payments: Store[Payment], stripe: RunningFake, gateway: StripeGateway, owed: Act, recover: Act
) -> None:
    """What somebody has given back by hand is not given back twice."""
    order = await owed()
    intent = await gateway.retrieve(order.payment.intent_id or "")
    by_hand = (await gateway.refund(intent.id, "by hand", 1)).id

    assert (await recover(order)).payment.status == PaymentStatus.REFUNDED

    _all_went_back(stripe, order)
    (row,) = await payments.find({})
    assert row.refund_id == by_hand


@pytest.mark.parametrize("bank", ["succeeded", "failed"])
async def test_the_bank_takes_its_time(
    stripe: RunningFake, owed: Act, recover: Act, bank: str
) -> None:
    """A pending refund is watched until it is done, and made again where it fails."""
    order = await owed("tok_pendingRefund")
    assert (await recover(order)).payment.status == PaymentStatus.REFUND_DUE
    await _settle_refund(stripe, bank)

    order = await recover(order)

    if bank == "failed":
        assert order.payment.status == PaymentStatus.REFUND_DUE
        await _settle_refund(stripe, "succeeded")
        order = await recover(order)
    assert order.payment.status == PaymentStatus.REFUNDED
    _all_went_back(stripe, order)


async def _settle_refund(stripe: RunningFake, status: str) -> None:
    async with httpx.AsyncClient(base_url=stripe.url) as bank:
        refunds = (await bank.get("/_fake/ledger")).json()["refunds"]
        (pending,) = [refund["id"] for refund in refunds if refund["status"] == "pending"]
        path = f"/_fake/refunds/{pending}/settlement"
        (await bank.post(path, json={"status": status})).raise_for_status()
