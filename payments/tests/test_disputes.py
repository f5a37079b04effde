"""Disputes of a charge: what is told of them, and what our refunds do meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from payments.tests.paying import pay
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import RefusedError, StripeDispute, StripeGateway
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.state import State, state_of
from ticketing_payments.models.watch import Dispute
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]
Contest = Callable[[str], None]


@pytest.fixture
def contest(gateway: StripeGateway, monkeypatch: pytest.MonkeyPatch) -> Contest:
    """`contest("needs_response")`: the cardholders object to every charge, with this result."""

    def contest(status: str, refundable: bool = False) -> None:
        monkeypatch.undo()
        retrieve = gateway.retrieve

        async def disputed(intent_id: str) -> Any:
            return replace(await retrieve(intent_id), disputed=True)

        async def disputes_of(intent_id: str) -> list[StripeDispute]:
            return [StripeDispute(f"dp_{intent_id}", status, 2000, refundable)]

        async def refused(*_: Any) -> Any:
            raise RefusedError("The charge has been charged back", "charge_disputed")

        monkeypatch.setattr(gateway, "retrieve", disputed)
        monkeypatch.setattr(gateway, "disputes_of", disputes_of)
        if status == "needs_response" and not refundable:
            monkeypatch.setattr(gateway, "refund", refused)

    return contest


async def test_a_dispute_of_a_complete_order(
    cashier: Cashier, cases: Cases, contest: Contest, place: Act, glance: Act
) -> None:
    """It is told, and is a person's to answer; the order stays, and its end is watched for."""
    order = await pay(cashier, await place(), "tok_visa")
    contest("needs_response")

    order = await glance(await glance(order))

    assert state_of(order) == State.CHARGED
    assert order.payment.watch
    assert (order.payment.watch.dispute, order.payment.watch.review) == (Dispute.OPEN, True)
    (case,) = await cases.store.find({})
    assert (case.kind, case.order_id) == ("dispute", order.id)
    contest("won")
    order = await glance(order)
    assert order.payment.watch
    assert (order.payment.watch.dispute, order.payment.watch.at) == (Dispute.WON, None)


@pytest.mark.parametrize(("end", "refunds"), [("won", 1), ("lost", 0)])
async def test_a_dispute_of_what_is_due(
    cashier: Cashier,
    cases: Cases,
    stripe: RunningFake,
    contest: Contest,
    place: Act,
    cancel: Act,
    recover: Act,
    caplog: pytest.LogCaptureFixture,
    end: str,
    refunds: int,
) -> None:
    """Our refund waits for the bank: Stripe would refuse it. Lost, the money is back already."""
    order = await pay(cashier, await place(), "tok_visa")
    contest("needs_response")
    order = await cancel(order)
    for _ in range(3):
        order = await recover(order)
    assert state_of(order) == State.REFUND_DUE
    assert order.payment.refund_number == 1
    assert [record.message for record in caplog.records] == ["a person has to look"]

    contest(end)
    order = await recover(order)

    assert order.payment.status == PaymentStatus.REFUNDED
    assert stripe.order(order.id)["refunds"] == refunds
    assert [case.kind for case in await cases.store.find({})] == ["dispute"]


async def test_an_inquiry_is_answered_by_the_refund(
    cashier: Cashier, stripe: RunningFake, contest: Any, place: Act, cancel: Act, recover: Act
) -> None:
    """While a bank only asks, the money is ours to give back."""
    order = await pay(cashier, await place(), "tok_visa")
    contest("warning_needs_response", refundable=True)

    order = await recover(await cancel(order))

    assert order.payment.status == PaymentStatus.REFUNDED
    assert stripe.order(order.id)["refunded"] == 2000
