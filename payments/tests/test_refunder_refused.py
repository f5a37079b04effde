"""Refunds that Stripe refuses: they are tried again, and a person is asked to look."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from payments.tests.paying import pay
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import RefusedError, StripeGateway
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.refunder import PATIENCE
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]


async def test_what_stripe_will_not_refund(
    cashier: Cashier,
    cases: Cases,
    stripe: RunningFake,
    place: Act,
    cancel: Act,
    recover: Act,
    settle: Act,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A person is asked to look once, however often it is refused; it is tried all the same."""
    order = await cancel(await pay(cashier, await place(), "tok_visa"))
    stripe.fault("error_before", method="POST", path="/v1/refunds", next=3, status=400)
    for _ in range(3):
        order = await recover(order)
    assert order.payment.refund_number == 4

    order = await settle(order)

    assert order.payment.status == PaymentStatus.REFUNDED
    assert [case.kind for case in await cases.store.find({})] == ["refund_refused"]
    assert sum(record.message == "a person has to look" for record in caplog.records) == 1


async def test_what_stripe_does_not_answer(
    cashier: Cashier,
    cases: Cases,
    stripe: RunningFake,
    place: Act,
    cancel: Act,
    recover: Act,
    settle: Act,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is nobody's case, so the log has to say of which order, and why."""
    order = await cancel(await pay(cashier, await place(), "tok_visa"))
    stripe.fault("unavailable", method="POST", path="/v1/refunds", next=1)
    await recover(order)

    order = await settle(order)

    assert order.payment.status == PaymentStatus.REFUNDED
    assert await cases.store.find({}) == []
    (line,) = (each for each in caplog.records if each.message == "refund will be tried again")
    assert vars(line)["order"] == order.id
    assert "503" in vars(line)["reason"]


@pytest.mark.parametrize("code", ["charge_already_refunded", "charge_disputed"])
async def test_a_refusal_that_nothing_explains(
    cashier: Cashier,
    cases: Cases,
    gateway: StripeGateway,
    place: Act,
    cancel: Act,
    recover: Act,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
) -> None:
    """Stripe's own reason should show when it is read again. Where it never does, a person looks
    in the end, not at once."""

    async def refused(*_: Any) -> Any:
        raise RefusedError("No", code)

    order = await cancel(await pay(cashier, await place(), "tok_visa"))
    monkeypatch.setattr(gateway, "refund", refused)
    for _ in range(PATIENCE):
        order = await recover(order)
        assert await cases.store.find({}) == []

    for _ in range(2):
        order = await recover(order)

    assert [case.kind for case in await cases.store.find({})] == ["refund_refused"]
    assert order.payment.status == PaymentStatus.REFUND_DUE
