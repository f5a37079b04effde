"""Payments after their database came back from a backup: as told since, and as Stripe has them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import stripe as stripe_library
from bson import ObjectId

from payments.tests.paying import pay
from ticketing_common.events.catalogue import (
    OrderCancelled,
    OrderCreated,
    OrderStatus,
    ReservedTicket,
)
from ticketing_common.restoring import Outcome
from ticketing_common.store import Database, Store
from ticketing_common.testing.since_backup import SinceBackup
from ticketing_payments.app import create_app
from ticketing_payments.cashier import Cashier
from ticketing_payments.config import Settings
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment
from ticketing_payments.models.state import State, state_of
from ticketing_payments.restore import restore
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]


@pytest.fixture
async def backup(database: Database, nats_url: str, stream_name: str) -> AsyncIterator[SinceBackup]:
    async with SinceBackup.of(database, nats_url, stream_name) as backup:
        yield backup


@pytest.fixture
def restored(
    backup: SinceBackup, settings: Settings, orders: Store[Order], payments: Store[Payment]
) -> Callable[..., Awaitable[Outcome]]:
    """`await restored(order)`: all that is known of it is lost, and the rest is heard again."""

    async def restored(*lost: Order) -> Outcome:
        for order in lost:
            await orders._collection.delete_one({"_id": ObjectId(order.id)})
            await payments._collection.delete_many({"orderId": order.id})
        here = backup.settings(settings)
        app = create_app(here, backup.database)
        outcome = await restore(app, here)
        await app.state.cashier.gateway.close()
        return outcome

    return restored


async def _kept(payments: Store[Payment], order: Order) -> list[tuple[float, int]]:
    """The ledger's: amounts and cents that went back."""
    rows = await payments.find({"orderId": order.id})
    return [(float(row.amount), row.returned) for row in rows]


def _created(order: Order) -> OrderCreated:
    return OrderCreated(**_fields(order))


def _cancelled(order: Order) -> OrderCancelled:
    return OrderCancelled(**{**_fields(order), "version": 1, "status": OrderStatus.CANCELLED})


def _fields(order: Order) -> dict[str, Any]:
    assert order.ticket_id is not None
    return {
        "id": order.id,
        "version": 0,
        "status": OrderStatus.CREATED,
        "user_id": order.user_id,
        "expires_at": order.expires_at,
        "ticket": ReservedTicket(id=order.ticket_id, price=order.price, reservation=1),
    }


async def test_a_charge_that_was_told_of_is_there_again(
    backup: SinceBackup,
    restored: Callable[..., Awaitable[Outcome]],
    orders: Store[Order],
    payments: Store[Payment],
    cashier: Cashier,
    place: Act,
    recover: Act,
) -> None:
    """Under the same payment, since when it was charged, with its intent; and nothing is due."""
    paid = await pay(cashier, await place(), "tok_visa")
    told = payment_created(paid)
    assert told is not None
    await backup.told(_created(paid), told)

    outcome = await restored(paid)

    order = await orders.get(paid.id)
    fields = ("status", "payment_id", "charge_id", "intent_id", "charged_at", "look_at", "watch")
    before, after = paid.payment, order.payment
    assert [getattr(after, name) for name in fields] == [getattr(before, name) for name in fields]
    assert await _kept(payments, paid) == [(20.0, 0)]
    assert outcome.left_out == []


async def test_a_charge_that_only_stripe_knows_is_found_out(
    backup: SinceBackup,
    restored: Callable[..., Awaitable[Outcome]],
    orders: Store[Order],
    payments: Store[Payment],
    cashier: Cashier,
    stripe: RunningFake,
    place: Act,
    settle: Act,
) -> None:
    """It is charged, and told of; nobody pays twice."""
    paid = await pay(cashier, await place(), "tok_visa")
    await backup.told(_created(paid))

    await restored(paid)

    unsure = await orders.get(paid.id)
    assert (unsure.payment.status, state_of(unsure)) == (PaymentStatus.CHARGING, State.CHARGING)
    order = await settle(paid)
    assert order.payment.status == PaymentStatus.CHARGED
    assert payment_created(order) is not None
    assert await _kept(payments, paid) == [(20.0, 0)]
    assert stripe.order(paid.id)["charges"] == 1


async def test_a_charge_of_an_order_cancelled_since_goes_back(
    backup: SinceBackup,
    restored: Callable[..., Awaitable[Outcome]],
    payments: Store[Payment],
    cashier: Cashier,
    place: Act,
    settle: Act,
) -> None:
    """Whether it was told of, or is found at Stripe."""
    told, found = [await pay(cashier, await place(), "tok_visa") for _ in range(2)]
    news = payment_created(told)
    assert news is not None
    await backup.told(_created(told), news, _created(found), _cancelled(told), _cancelled(found))

    await restored(told, found)

    for order in (told, found):
        assert (await settle(order)).payment.status == PaymentStatus.REFUNDED
        assert await _kept(payments, order) == [(20.0, 2000)]


async def test_what_went_back_since_is_looked_at(
    backup: SinceBackup,
    restored: Callable[..., Awaitable[Outcome]],
    payments: Store[Payment],
    cashier: Cashier,
    dashboard: stripe_library.StripeClient,
    place: Act,
    recover: Act,
) -> None:
    """The backup knows the charge; somebody gave it back at Stripe's dashboard after that."""
    paid = await pay(cashier, await place(), "tok_visa")
    assert paid.payment.charge_id is not None
    await dashboard.v1.refunds.create_async({"charge": paid.payment.charge_id})

    await restored()

    assert state_of(await recover(paid)) in (State.REFUNDING, State.REFUNDED)
    assert await _kept(payments, paid) == [(20.0, 2000)]


async def test_keys_that_were_used_since_are_not_used_again(
    backup: SinceBackup,
    restored: Callable[..., Awaitable[Outcome]],
    orders: Store[Order],
    cashier: Cashier,
    stripe: RunningFake,
    place: Act,
    settle: Act,
) -> None:
    """Stripe would repeat the decline that it answered then, whatever the card."""
    declined = await pay(cashier, await place(), "tok_chargeDeclined")
    await backup.told(_created(declined))

    await restored(declined)
    order = await settle(declined)
    assert order.payment.status == PaymentStatus.NONE

    paid = await pay(cashier, order, "tok_visa")
    assert paid.payment.status == PaymentStatus.CHARGED


async def test_a_charge_for_an_order_that_nobody_told_of_is_named(
    backup: SinceBackup,
    restored: Callable[..., Awaitable[Outcome]],
    cashier: Cashier,
    place: Act,
) -> None:
    paid = await pay(cashier, await place(), "tok_visa")

    outcome = await restored(paid)

    [left_out] = outcome.left_out
    assert paid.id in left_out
    assert str(paid.payment.intent_id) in left_out
