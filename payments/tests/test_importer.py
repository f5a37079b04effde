"""Taking over what the base system charged."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import Database, Store
from ticketing_common.testing.base_system import BaseDatabase
from ticketing_payments.importer import import_base
from ticketing_payments.models.case import Case
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment

ORDER, PAYMENT, SECOND = "aa" * 12, "5f" * 12, "6f" * 12


def payment(id: str, charge: str) -> dict[str, object]:
    return {"_id": ObjectId(id), "orderId": ORDER, "stripeId": charge}


async def stores_here(database: Database) -> dict[type, Store[Any]]:
    kinds: tuple[Any, ...] = (Order, Payment, Case)
    stores: dict[type, Store[Any]] = {each: Store(database, each) for each in kinds}
    await database.prepare(stores.values())
    return stores


async def known(database: Database, status: OrderStatus) -> dict[type, Store[Any]]:
    """The stores, with an order that was heard of."""
    stores = await stores_here(database)
    await stores[Order].replicate(
        ORDER,
        3,
        user_id="bb" * 12,
        status=status,
        price=19.99,
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )
    return stores


async def test_a_payment_is_its_orders_charge(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """Nobody pays again for what the base system charged, and the others hear of it."""
    # Given a complete order and its payment
    stores = await known(real_database, OrderStatus.COMPLETE)
    await base_database.write("payments", payment(PAYMENT, "ch_1"))

    # When it is imported
    report, lines = await base_database.imported_by(import_base, stores)

    # Then the order is charged, the ledger says so, and its news waits
    order = await stores[Order].get(ORDER)
    assert (order.payment.status, order.payment.charge_id) == (PaymentStatus.CHARGED, "ch_1")
    entry = await stores[Payment].get(PAYMENT)
    assert (entry.order_id, entry.stripe_id, entry.amount) == (ORDER, "ch_1", 19.99)
    [waiting] = await stores[Order].outbox.pending(9)
    assert [message.id for message in waiting.messages] == [f"payment:created/{PAYMENT}/0"]
    assert (report.imported, lines) == (1, [])


async def test_a_charge_that_bought_nothing_is_a_case(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """The base system took money for cancelled orders and kept it: a person has to look."""
    # Given a cancelled order and its payment
    stores = await known(real_database, OrderStatus.CANCELLED)
    await base_database.write("payments", payment(PAYMENT, "ch_1"))

    # When it is imported
    report, lines = await base_database.imported_by(import_base, stores)

    # Then it is a case, and told
    [case] = [each async for each in stores[Case].each()]
    assert (case.kind, case.subject, case.order_id) == ("charge_without_order", "ch_1", ORDER)
    assert report.changed == len(lines) == 1


async def test_a_second_charge_of_an_order_is_a_case(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """Whoever paid twice there is owed one of both; an import that is repeated adds nothing."""
    # Given two payments of one order
    stores = await known(real_database, OrderStatus.COMPLETE)
    await base_database.write("payments", payment(PAYMENT, "ch_1"), payment(SECOND, "ch_2"))

    # When they are imported twice
    await base_database.imported_by(import_base, stores)
    report, _ = await base_database.imported_by(import_base, stores)

    # Then the first is the charge, and the second one case
    assert (await stores[Order].get(ORDER)).payment.charge_id == "ch_1"
    assert [each.kind async for each in stores[Case].each()] == ["charged_twice"]
    assert (report.present, report.left_out) == (1, 0)


async def test_a_payment_of_an_unknown_order_is_left_out_and_told(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """Imported too early it is not lost: the next import finds its order."""
    # Given a payment whose order was not heard of
    stores = await stores_here(real_database)
    await base_database.write("payments", payment(PAYMENT, "ch_1"))

    # When it is imported
    report, lines = await base_database.imported_by(import_base, stores)

    # Then it is named
    assert (report.imported, report.left_out) == (0, 1)
    assert ORDER in lines[0]
