"""Stripe's books against ours."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from payments.tests.conftest import STRIPE_KEY
from payments.tests.paying import pay
from ticketing_common.store import Store
from ticketing_common.tasks import end
from ticketing_common.types import new_id, now
from ticketing_payments import reconciliation as module
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import StripeGateway, StripeUnavailableError
from ticketing_payments.gateway.books import StripeBooks
from ticketing_payments.gateway.span import Span
from ticketing_payments.models.order import Order
from ticketing_payments.models.payment import Payment
from ticketing_payments.reconciliation import Reconciliation, Report, TooManyDifferencesError
from ticketing_payments.recovery import Recovery
from ticketing_payments.schedule import Schedule
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]
Reconcile = Callable[..., Awaitable[Report]]
DAY = 86400


@pytest.fixture
async def books(stripe: RunningFake, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StripeBooks]:
    monkeypatch.setattr("ticketing_payments.gateway.books.PAGE", 2)
    monkeypatch.setattr(StripeBooks, "pause", 0.001)
    books = StripeBooks(STRIPE_KEY, stripe.url)
    yield books
    await books.close()


@pytest.fixture
def reconcile(
    books: StripeBooks,
    orders: Store[Order],
    payments: Store[Payment],
    cases: Cases,
    schedule: Schedule,
) -> Reconcile:
    async def reconcile(patience: float = 0.05) -> Report:
        return await Reconciliation(books, orders, payments, cases, schedule, patience).run(DAY)

    return reconcile


@pytest.fixture
async def a_cent_off(cashier: Cashier, payments: Store[Payment], place: Act) -> None:
    """A payment of which the ledger has a cent more than Stripe."""
    await pay(cashier, await place(price=19.99), "tok_visa")
    (row,) = await payments.find({})
    await payments.save(row.next(amount=20))


def _kinds(report: Report) -> list[str]:
    return [str(each.kind) for each in report.differences]


async def test_nothing_differs(
    cashier: Cashier,
    cases: Cases,
    gateway: StripeGateway,
    place: Act,
    cancel: Act,
    settle: Act,
    reconcile: Reconcile,
) -> None:
    """Payments, declines, refunds and what else the account is used for, over several pages."""
    for token in ["tok_visa"] * 5 + ["tok_chargeDeclined"]:
        await pay(cashier, await place(price=19.99), token)
    await settle(await cancel(await pay(cashier, await place(), "tok_visa")))
    foreign = await gateway.create("A-17", 1, 500)
    await gateway.confirm(foreign.id, "tok_visa", "A-17", 1)

    report = await reconcile()

    assert (report.charges, report.rows, report.differences) == (7, 6, [])
    assert await cases.store.find({}) == []


async def test_what_the_running_services_can_see_is_no_difference(
    cashier: Cashier,
    payments: Store[Payment],
    cases: Cases,
    dashboard: Any,
    recovery: Recovery,
    place: Act,
    reconcile: Reconcile,
) -> None:
    """A refund made elsewhere whose webhook was lost: they are made to look, and have it."""
    order = await pay(cashier, await place(), "tok_visa")
    refund = {"payment_intent": order.payment.intent_id, "amount": 500}
    await dashboard.v1.refunds.create_async(refund)
    recovery.interval = 0.02
    service = asyncio.create_task(recovery.run())

    report = await reconcile(patience=10)

    await end([service])
    assert report.differences == []
    (row,) = await payments.find({})
    assert row.returned == 500
    assert await cases.store.find({}) == []


async def test_a_charge_that_is_not_in_the_ledger(
    cashier: Cashier, payments: Store[Payment], place: Act, reconcile: Reconcile
) -> None:
    """Nor is it where the ledger has another of its order."""
    order = await pay(cashier, await place(), "tok_visa")
    (row,) = await payments.find({})
    await payments.save(row.next(stripe_id="ch_other"))

    report = await reconcile()

    assert sorted(_kinds(report)) == ["charged_twice", "not_at_stripe"]
    assert {each.order_id for each in report.differences} == {order.id}


async def test_a_charge_without_an_order(
    cases: Cases, gateway: StripeGateway, reconcile: Reconcile
) -> None:
    """It names one that nobody knows: a restored backup, say, has lost it."""
    intent = await gateway.create(new_id(), 1, 500)
    await gateway.confirm(intent.id, "tok_visa", "x", 1)

    reports = [await reconcile(), await reconcile()]

    assert [_kinds(report) for report in reports] == [["charge_without_order"]] * 2
    (case,) = await cases.store.find({})
    assert case.said == "500 cents at Stripe"


@pytest.mark.usefixtures("a_cent_off")
async def test_to_the_cent(reconcile: Reconcile) -> None:
    """One cent is a difference."""
    assert _kinds(await reconcile()) == ["amount_differs"]


@pytest.mark.usefixtures("a_cent_off")
async def test_what_a_person_has_resolved(cases: Cases, reconcile: Reconcile) -> None:
    """It stays as it is, and is not brought up every day."""
    await reconcile()
    (case,) = await cases.store.find({})
    await cases.store.save(case.next(resolved_at=now()))

    assert (await reconcile()).differences == []


async def test_a_charge_of_after_its_row(
    books: StripeBooks, cashier: Cashier, place: Act, reconcile: Reconcile, monkeypatch: Any
) -> None:
    """A row is begun before its charge is made, so maybe in an earlier slice: it is asked for."""
    await pay(cashier, await place(), "tok_visa")
    charges = books.charges

    async def none(span: Span) -> AsyncIterator[Any]:
        async for _ in charges(span):
            yield []

    monkeypatch.setattr(books, "charges", none)

    report = await reconcile()

    assert (report.charges, report.rows, report.differences) == (0, 1, [])


async def test_stripe_fails_now_and_then(
    cashier: Cashier, stripe: RunningFake, place: Act, reconcile: Reconcile
) -> None:
    """A page is asked for again; one that never comes leaves nothing known."""
    await pay(cashier, await place(), "tok_visa")
    stripe.fault("rate_limit", method="GET", next=3)

    assert (await reconcile()).charges == 1
    stripe.fault("unavailable", method="GET")
    with pytest.raises(StripeUnavailableError):
        await reconcile()


async def test_another_account(
    cashier: Cashier, payments: Store[Payment], place: Act, reconcile: Reconcile, monkeypatch: Any
) -> None:
    """Where everything differs it is not the charges that are wrong, and no cases are made."""
    monkeypatch.setattr(module, "MOST_SUSPECTS", 1)
    for _ in range(2):
        await pay(cashier, await place(), "tok_visa")
    for row in await payments.find({}):
        await payments.save(row.next(stripe_id=f"other_{row.id}"))

    with pytest.raises(TooManyDifferencesError):
        await reconcile()
