"""What happens to a charge later: refunds that fail, refunds made elsewhere, disputes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import stripe as stripe_library

from payments.tests.conftest import pay
from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import RefusedError, StripeDispute, StripeGateway
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment
from ticketing_payments.models.state import State, state_of
from ticketing_payments.models.watch import Dispute
from ticketing_payments.refunder import PATIENCE
from ticketing_payments.returns import MOST_FAILED
from ticketing_payments.schedule import Schedule
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]
Contest = Callable[[str], None]


@pytest.fixture
async def dashboard(stripe: RunningFake) -> AsyncIterator[stripe_library.StripeClient]:
    """Somebody at Stripe's dashboard."""
    http = stripe_library.HTTPXClient(timeout=2)
    yield stripe_library.StripeClient(
        "sk_test_dashboard", base_addresses={"api": stripe.url}, http_client=http
    )
    await http.close_async()  # type: ignore[no-untyped-call]


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


@pytest.fixture
def glance(orders: Store[Order], schedule: Schedule, recover: Act) -> Act:
    """`await glance(order)`: as after Stripe's webhook about a payment that nobody watches."""

    async def glance(order: Order) -> Order:
        order = await orders.get(order.id)
        await orders.save(order.next(payment=schedule.at(order.payment, now())))
        return await recover(order)

    return glance


async def _bank(stripe: RunningFake, outcome: str) -> None:
    """The last refund's bank says what became of it."""
    async with httpx.AsyncClient(base_url=stripe.url) as bank:
        refunds = (await bank.get("/_fake/ledger")).json()["refunds"]
        last = max(refunds, key=lambda refund: refund["status"] != "failed")["id"]
        path = f"/_fake/refunds/{last}/settlement"
        (await bank.post(path, json={"status": outcome})).raise_for_status()


async def test_a_refund_that_fails_later(
    cashier: Cashier,
    payments: Store[Payment],
    cases: Cases,
    stripe: RunningFake,
    place: Act,
    cancel: Act,
    recover: Act,
) -> None:
    """What the bank sends back is given back again, and until nothing can fail any more nobody is
    told that it is done."""
    order = await recover(await cancel(await pay(cashier, await place(), "tok_visa")))
    assert (order.payment.status, state_of(order)) == (PaymentStatus.REFUNDED, State.REFUNDING)
    await _bank(stripe, "failed")

    order = await recover(order)
    assert (order.payment.status, state_of(order)) == (PaymentStatus.REFUND_DUE, State.REFUND_DUE)
    (row,) = await payments.find({})
    assert (row.refund_id, row.returned) == (None, 0)
    order = await recover(order)

    assert state_of(order) == State.REFUNDING
    made = stripe.order(order.id)
    assert (made["charged"], made["refunded"]) == (2000, 2000)
    (row,) = await payments.find({})
    assert row.returned == 2000
    assert await cases.store.find({}) == []


async def test_a_refund_is_done_when_it_can_fail_no_more(
    cashier: Cashier, orders: Store[Order], place: Act, cancel: Act, recover: Act
) -> None:
    """After thirty days it is certain, and not looked at any more."""
    order = await recover(await cancel(await pay(cashier, await place(), "tok_visa")))
    assert order.payment.watch
    long_ago = order.payment.watch.model_copy(update={"refunded_at": now() - timedelta(days=30)})
    await orders.save(order.with_payment(watch=long_ago))

    order = await recover(order)

    assert state_of(order) == State.REFUNDED
    assert order.payment.watch
    assert order.payment.watch.at is None


async def test_a_refund_that_always_fails(
    cashier: Cashier, cases: Cases, stripe: RunningFake, place: Act, cancel: Act, recover: Act
) -> None:
    """After a few of them a person is asked to look, once, and no more are made."""
    order = await cancel(await pay(cashier, await place(), "tok_visa"))
    for _ in range(MOST_FAILED):
        order = await recover(order)
        await _bank(stripe, "failed")
        order = await recover(order)

    for _ in range(3):
        order = await recover(order)

    (case,) = await cases.store.find({})
    assert (case.kind, case.order_id) == ("refund_failed", order.id)
    assert order.payment.watch
    assert (order.payment.watch.review, order.payment.watch.refunds_failed) == (True, MOST_FAILED)
    assert state_of(order) == State.REFUND_DUE
    assert stripe.order(order.id)["refunds"] == 0  # that have not failed


@pytest.mark.parametrize(("amount", "state"), [(500, State.CHARGED), (2000, State.REFUNDING)])
async def test_a_refund_made_elsewhere(
    cashier: Cashier,
    orders: Store[Order],
    payments: Store[Payment],
    stripe: RunningFake,
    dashboard: stripe_library.StripeClient,
    place: Act,
    glance: Act,
    amount: int,
    state: State,
) -> None:
    """It is told and in the ledger; the order stays what it is, and nobody hears of it again."""
    order = await pay(cashier, await place(), "tok_visa")
    params: Any = {"payment_intent": order.payment.intent_id, "amount": amount}
    await dashboard.v1.refunds.create_async(params)

    order = await glance(order)

    assert (order.payment.status, state_of(order)) == (PaymentStatus.CHARGED, state)
    assert order.payment.watch
    assert order.payment.watch.refunded == amount
    assert order.payment.watch.refund_pending
    (row,) = await payments.find({})
    assert row.returned == amount
    assert len((await orders.outbox.pending(10))[0].messages) == 1
    await _bank(stripe, "failed")
    assert state_of(await glance(order)) == State.CHARGED


@pytest.mark.parametrize("part", [0, 500])
async def test_what_somebody_gave_back_before_is_not_given_twice(
    cashier: Cashier,
    stripe: RunningFake,
    dashboard: stripe_library.StripeClient,
    place: Act,
    cancel: Act,
    settle: Act,
    part: int,
) -> None:
    """What is due after a cancel is what has not gone back yet."""
    order = await pay(cashier, await place(), "tok_visa")
    params: Any = {"payment_intent": order.payment.intent_id}
    await dashboard.v1.refunds.create_async({**params, **({"amount": part} if part else {})})

    order = await settle(await cancel(order))

    made = stripe.order(order.id)
    assert order.payment.status == PaymentStatus.REFUNDED
    assert (made["refunds"], made["refunded"]) == (2 if part else 1, 2000)


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
