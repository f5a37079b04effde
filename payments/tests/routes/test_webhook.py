"""POST /api/payments/webhook : what Stripe's word of something sets off."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from payments.tests.paying import pay
from payments.tests.routes.webhooks import ALL, due
from ticketing_common.errors import DatabaseConnectionError
from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id, now
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment
from ticketing_payments.recovery import Recovery
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]

Notify = Callable[..., Awaitable[httpx.Response]]


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("status", ["none", "charged", "refund_due", "refunded", "settled"])
async def test_what_could_be_news_is_stored_as_due(
    notify: Notify, orders: Store[Order], place: Act, kind: str, status: str
) -> None:
    """The order is looked at now, unless it would be anyhow, or an intent can tell nothing new:
    what is decided changes by refunds and disputes only."""
    placed = await place()
    payment = {
        "status": PaymentStatus(status),
        "intent_id": "pi_1",
        "charge_id": "ch_1",
        "look_at": now() + timedelta(hours=1) if status == "refund_due" else None,
    }
    order = await orders.save(placed.with_payment(**payment))
    if not kind.startswith(("payment_intent", "charge.refunded")):
        ledger = Store(orders.database, Payment)
        fields: dict[str, Any] = {"order_id": order.id, "stripe_id": "ch_1", "amount": 20}
        await ledger.replicate(new_id(), 1, **fields)

    answers = [(await notify(kind, order)).status_code for _ in range(2)]

    assert answers == [200, 200]
    stored = await orders.get(order.id)
    nothing_new = kind.startswith("payment_intent.") and status in (
        "charged",
        "refund_due",
        "refunded",
    )
    assert due(stored) == (not nothing_new)
    assert stored.version == order.version + (not nothing_new)
    assert stored.payment.status == status


@pytest.mark.parametrize(
    ("kind", "marked"), [("payment_intent.succeeded", False), ("charge.dispute.created", True)]
)
async def test_during_a_charge(
    notify: Notify,
    orders: Store[Order],
    cashier: Cashier,
    stripe: RunningFake,
    recover: Act,
    lose: Act,
    kind: str,
    marked: bool,
) -> None:
    """Whoever holds the lease reads the intent; what comes of the charge is looked at after it."""
    lost = await lose()

    await notify(kind, lost)

    stored = await orders.get(lost.id)
    assert stored.payment.lease_until == lost.payment.lease_until
    assert not due(stored)
    watch = stored.payment.watch
    assert (watch.at if watch else None) == (lost.payment.lease_until if marked else None)
    found = await recover(lost)
    assert found.payment.status == PaymentStatus.CHARGED
    watch = found.payment.watch
    assert (watch is not None and watch.at is not None) == marked
    looked = await recover(found)
    assert looked.payment.watch is None or looked.payment.watch.at is None


async def test_confirmed_at_the_bank(
    notify: Notify,
    cashier: Cashier,
    stripe: RunningFake,
    recovery: Recovery,
    orders: Store[Order],
    place: Act,
) -> None:
    """Nobody waits on a page, and no look is due for a while: Stripe's word is enough."""
    order = await pay(cashier, await place(), "tok_threeDSecure2Required")
    later = now() + timedelta(hours=1)
    order = await orders.save(order.with_payment(look_at=later))
    stripe.authenticate(order.payment.intent_id or "")
    assert await recovery.look() == 0

    await notify("payment_intent.succeeded", order)

    assert await recovery.look() == 1
    assert (await orders.get(order.id)).payment.status == PaymentStatus.CHARGED


async def test_of_what_was_just_charged_here(
    api: httpx.AsyncClient,
    notify: Notify,
    orders: Store[Order],
    place: Act,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nearly every payment's event comes to nothing, and then it costs no read."""
    placed = await place()
    paying = {"orderId": placed.id, "token": "tok_visa"}
    await api.post("/api/payments", json=paying, headers=sign_in(placed.user_id))
    order = await orders.get(placed.id)
    assert order.payment.status == PaymentStatus.CHARGED
    elsewhere = await place()

    async def away(*_: Any) -> Any:
        raise DatabaseConnectionError

    monkeypatch.setattr(Store, "find_id", away)

    assert (await notify("payment_intent.succeeded", order)).status_code == 200
    assert (await notify("payment_intent.succeeded", elsewhere)).status_code == 503


async def test_an_event_is_not_believed(
    notify: Notify, cashier: Cashier, orders: Store[Order], recovery: Recovery, place: Act
) -> None:
    """It says that the intent succeeded; Stripe, asked, says that the bank still wants to hear."""
    order = await pay(cashier, await place(), "tok_threeDSecure2Required")

    await notify("payment_intent.succeeded", order)
    await recovery.look()

    found = await orders.get(order.id)
    assert (found.payment.status, found.payment.charge_id) == (PaymentStatus.NONE, None)


async def test_of_an_order_nobody_knows(notify: Notify, place: Act, cases: Cases) -> None:
    """Money was taken for it: a person has to look, once, whatever happens to that charge."""
    placed = await place()
    order = placed.model_copy(update={"id": new_id()})
    order = order.with_payment(intent_id="pi_1", charge_id="ch_1")

    kinds = ["payment_intent.succeeded"] * 2 + ["charge.refunded"]
    answers = [await notify(kind, order) for kind in kinds]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    (case,) = await cases.store.find({})
    assert (case.kind, case.order_id) == ("charge_without_order", order.id)


@pytest.mark.parametrize("id", ["", "A-17"])
async def test_of_another_business(notify: Notify, place: Act, cases: Cases, id: str) -> None:
    """An account may be used for more than this shop."""
    order = (await place()).model_copy(update={"id": id}).with_payment(intent_id="pi_1")

    assert (await notify("payment_intent.succeeded", order)).status_code == 200

    assert await cases.store.find({}) == []


async def test_a_refund_of_what_is_not_in_the_ledger(
    notify: Notify, orders: Store[Order], cashier: Cashier, place: Act
) -> None:
    """The intent itself says whose it is."""
    order = await pay(cashier, await place(), "tok_visa")
    unknown = order.with_payment(charge_id="ch_unknown")

    assert (await notify("refund.created", unknown)).status_code == 200

    assert due(await orders.get(order.id))


async def test_what_is_not_stored_is_not_acknowledged(
    notify: Notify, orders: Store[Order], place: Act, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe sends it again."""
    order = await orders.save((await place()).with_payment(intent_id="pi_1"))

    async def away(*_: Any, **__: Any) -> Any:
        raise DatabaseConnectionError

    monkeypatch.setattr(Store, "save", away)

    assert (await notify("payment_intent.succeeded", order)).status_code == 503
