"""What recovery can't decide, and leaves to a person."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from payments.tests.paying import pay
from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.recovery import Recovery
from ticketing_payments.schedule import Schedule

Act = Callable[..., Awaitable[Order]]


@pytest.mark.parametrize(("days", "opened"), [(0.9, 0), (1.1, 1)])
async def test_an_intent_in_process_for_ever(
    orders: Store[Order],
    cases: Cases,
    gateway: StripeGateway,
    lose: Act,
    recover: Act,
    monkeypatch: pytest.MonkeyPatch,
    days: float,
    opened: int,
) -> None:
    """After a day a person has to look, once."""
    lost = await lose()
    ended = now() - timedelta(days=days)
    lost = await orders.save(lost.next(expires_at=ended))
    intent = replace(await gateway.retrieve(lost.payment.intent_id or ""), status="processing")
    monkeypatch.setattr(gateway, "retrieve", lambda _: asyncio.sleep(0, intent))

    for _ in range(3):
        assert (await recover(lost)).payment.status == PaymentStatus.CHARGING

    found = [(case.kind, case.subject) for case in await cases.store.find({})]
    assert found == [("unknown_intent", intent.id)] * opened


@pytest.mark.parametrize("status", ["requires_capture", "requires_patience"])
async def test_an_intent_nobody_knows(
    recovery: Recovery,
    cases: Cases,
    gateway: StripeGateway,
    lose: Act,
    recover: Act,
    monkeypatch: pytest.MonkeyPatch,
    status: str,
) -> None:
    """A state we have no rule for may have charged: nothing is decided, a person has to look."""
    lost = await lose()
    intent = replace(await gateway.retrieve(lost.payment.intent_id or ""), status=status)
    with monkeypatch.context() as patch:
        patch.setattr(gateway, "retrieve", lambda _: asyncio.sleep(0, intent))
        for _ in range(3):
            assert (await recover(lost)).payment.status == PaymentStatus.CHARGING

    (case,) = await cases.store.find({})
    assert (case.kind, case.subject, case.said) == ("unknown_intent", intent.id, status)
    assert (await recover(lost)).payment.status == PaymentStatus.CHARGED


async def test_an_intent_that_stripe_does_not_know(
    orders: Store[Order], cases: Cases, lose: Act, recover: Act
) -> None:
    """It may have been charged in another account: a person has to look, and we go on looking."""
    lost = await lose()
    elsewhere = await orders.save(
        (await orders.get(lost.id)).with_payment(intent_id="pi_of_another_account")
    )

    for _ in range(2):
        found = await recover(elsewhere)
        assert (found.payment.status, found.payment.look_at is None) == ("charging", False)

    (case,) = await cases.store.find({})
    assert (case.kind, case.subject) == ("unknown_intent", "pi_of_another_account")


async def test_a_charge_of_the_base_system(
    orders: Store[Order],
    cashier: Cashier,
    cases: Cases,
    schedule: Schedule,
    place: Act,
    recover: Act,
) -> None:
    """It has no intent of ours. Where Stripe's webhook tells of its refund it stays what it is,
    charged, and a person has to look."""
    paid = await pay(cashier, await place(), "tok_visa")
    brought_over = paid.payment.model_copy(update={"intent_id": None})
    heard_of = await orders.save(paid.next(payment=schedule.at(brought_over, now())))

    found = await recover(heard_of)

    assert (found.payment.status, found.payment.charge_id) == ("charged", paid.payment.charge_id)
    (case,) = await cases.store.find({})
    assert (case.kind, case.subject) == ("unknown_intent", paid.payment.charge_id)


async def test_another_amount_than_the_price(
    cases: Cases, gateway: StripeGateway, lose: Act, recover: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who paid has paid, and a person has to look."""
    lost = await lose()
    intent = replace(await gateway.retrieve(lost.payment.intent_id or ""), amount=1999)
    monkeypatch.setattr(gateway, "retrieve", lambda _: asyncio.sleep(0, intent))

    assert (await recover(lost)).payment.status == PaymentStatus.CHARGED

    (case,) = await cases.store.find({})
    assert (case.kind, case.order_id) == ("amount_differs", lost.id)


async def test_play_money_for_a_live_key(
    cases: Cases, gateway: StripeGateway, lose: Act, recover: Act
) -> None:
    """An answer of the other mode decides nothing, and a person has to look."""
    lost = await lose()
    gateway.live = True

    assert (await recover(lost)).payment.status == PaymentStatus.CHARGING

    (case,) = await cases.store.find({})
    assert (case.kind, case.order_id) == ("wrong_mode", lost.id)
