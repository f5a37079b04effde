"""Taking over the base system's orders."""

from datetime import UTC, datetime

from bson import ObjectId

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import Database, Store
from ticketing_common.testing.base_system import BaseDatabase
from ticketing_orders.importer import import_base
from ticketing_orders.models.order import CancelledBy, Order

TICKET, BUYER = "aa" * 12, "bb" * 12
EXPIRES = datetime(2026, 1, 1, 12, tzinfo=UTC)


def id_of(number: int) -> str:
    """Ids in the order in which they were made."""
    return f"5f0000{number:02d}" + "0" * 16


def order(number: int, status: str, ticket: str = TICKET) -> dict[str, object]:
    return {
        "_id": ObjectId(id_of(number)),
        "userId": BUYER,
        "status": status,
        "expiresAt": EXPIRES,
        "ticket": ObjectId(ticket),
        "version": 0,
    }


async def orders_here(database: Database) -> Store[Order]:
    orders = Store(database, Order)
    await database.prepare([orders])
    return orders


async def base_with(base: BaseDatabase, *orders: dict[str, object]) -> None:
    ticket = {"_id": ObjectId(TICKET), "title": "Show", "price": 19.99, "version": 3}
    await base.write("tickets", ticket)
    await base.write("orders", *orders)


async def numbers(orders: Store[Order]) -> dict[str, tuple[int, str]]:
    return {each.id: (each.ticket.reservation, each.status) async for each in orders.each()}


async def test_orders_of_a_ticket_are_numbered_as_they_were_made(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """The next order gets the number after them, and old news of them can't touch it."""
    # Given a ticket that two gave back and a third has bought
    orders = await orders_here(real_database)
    await base_with(
        base_database, order(1, "cancelled"), order(2, "cancelled"), order(3, "complete")
    )

    # When they are imported
    report, lines = await base_database.imported_by(import_base, {Order: orders})

    # Then they are numbered, with the ticket as it was, and the others hear of it
    assert await numbers(orders) == {
        id_of(1): (1, "cancelled"),
        id_of(2): (2, "cancelled"),
        id_of(3): (3, "complete"),
    }
    bought = await orders.get(id_of(3))
    assert (bought.ticket.title, bought.ticket.price, bought.ticket.version) == ("Show", 19.99, 3)
    told = [message.id for each in await orders.outbox.pending(9) for message in each.messages]
    assert sorted(told) == [
        f"order:cancelled/{id_of(1)}/0",
        f"order:cancelled/{id_of(2)}/0",
        f"order:created/{id_of(3)}/0",
    ]
    assert (report.imported, lines) == (3, [])


async def test_a_ticket_with_two_open_orders_is_held_by_the_first(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """The base system gave one ticket to two buyers; here at most one order has it."""
    # Given two open orders and an old one of the same ticket
    orders = await orders_here(real_database)
    await base_with(
        base_database, order(1, "cancelled"), order(2, "created"), order(3, "awaiting:payment")
    )

    # When they are imported
    _, lines = await base_database.imported_by(import_base, {Order: orders})

    # Then the first has the ticket and the highest number, and the other is cancelled and told
    assert await numbers(orders) == {
        id_of(1): (1, "cancelled"),
        id_of(3): (2, "cancelled"),
        id_of(2): (3, "created"),
    }
    assert [id_of(3) in line for line in lines] == [True]


async def test_a_paid_order_has_its_ticket_before_an_older_open_one(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """Whoever paid keeps the ticket; who paid for one that is sold is named for a refund."""
    # Given an open order and two that were paid
    orders = await orders_here(real_database)
    await base_with(base_database, order(1, "created"), order(2, "complete"), order(3, "complete"))

    # When they are imported
    _, lines = await base_database.imported_by(import_base, {Order: orders})

    # Then the first that was paid has the highest number
    assert await numbers(orders) == {
        id_of(1): (1, "cancelled"),
        id_of(3): (2, "complete"),
        id_of(2): (3, "complete"),
    }
    assert any(id_of(3) in line and "refund it" in line for line in lines)


async def test_a_second_import_changes_nothing(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """An order that has ended here since does not come back."""
    # Given an open order that was imported and has ended here, and the ticket ordered anew
    orders = await orders_here(real_database)
    await base_with(base_database, order(1, "created"))
    await base_database.imported_by(import_base, {Order: orders})
    ended = (await orders.get(id_of(1))).cancelled(CancelledBy.EXPIRY)
    await orders.save(ended)

    # When it is imported again
    report, _ = await base_database.imported_by(import_base, {Order: orders})

    # Then it stays cancelled
    assert (await orders.get(id_of(1))).status == OrderStatus.CANCELLED
    assert (report.imported, report.present) == (0, 1)


async def test_an_order_of_an_unknown_ticket_is_left_out_and_told(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """One bad document neither stops the others nor disappears without a word."""
    # Given an order whose ticket is gone, one of an unknown status, and a good one
    orders = await orders_here(real_database)
    await base_with(
        base_database,
        order(1, "created", ticket="cc" * 12),
        order(2, "lost", ticket="dd" * 12),
        order(3, "created"),
    )

    # When they are imported
    report, lines = await base_database.imported_by(import_base, {Order: orders})

    # Then the good one is here and the others are named
    assert (report.imported, report.left_out) == (1, 2)
    assert [id_of(1) in lines[0], id_of(2) in lines[1]] == [True, True]
