"""Taking over the base system's tickets."""

import pytest
from bson import Int64, ObjectId

from ticketing_common.store import Database, Store
from ticketing_common.testing.base_system import BaseDatabase
from ticketing_tickets.importer import import_base
from ticketing_tickets.models.ticket import Ticket

ID, SELLER, ORDER = "5f" * 12, "aa" * 12, "bb" * 12


def ticket(**changes: object) -> dict[str, object]:
    stored = {"_id": ObjectId(ID), "title": "Show", "price": 20, "userId": SELLER, "version": 0}
    return {**stored, **changes}


async def tickets_here(database: Database) -> Store[Ticket]:
    tickets = Store(database, Ticket)
    await database.prepare([tickets])
    return tickets


@pytest.mark.parametrize(
    ("stored", "price", "told"),
    [
        (20, 20, False),
        (19.99, 19.99, False),
        (Int64(45), 45, False),
        (12.345, 12.35, True),
        (0.1, 0.5, True),
        (1e9, 999_999.99, True),
        (float("inf"), 999_999.99, True),
    ],
)
async def test_a_price_is_what_can_be_charged(
    real_database: Database,
    base_database: BaseDatabase,
    stored: float,
    price: float,
    told: bool,
) -> None:
    """The base system sold at any number above 0; what had to change is told."""
    # Given a ticket at a price as Mongoose stores it
    tickets = await tickets_here(real_database)
    await base_database.write("tickets", ticket(price=stored))

    # When it is imported
    _, lines = await base_database.imported_by(import_base, {Ticket: tickets})

    # Then it costs the nearest price that can be charged
    assert (await tickets.get(ID)).price == price
    assert [f"is {price}" in line for line in lines] == [True] * told


async def test_the_other_services_hear_of_it(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """Its version goes on counting, and who holds it is for orders to say."""
    # Given a ticket that was edited and ordered
    tickets = await tickets_here(real_database)
    await base_database.write("tickets", ticket(version=7, orderId=ORDER))

    # When it is imported
    await base_database.imported_by(import_base, {Ticket: tickets})

    # Then its news waits in its outbox, without the order
    found = await tickets.get(ID)
    assert (found.version, found.order_id) == (7, None)
    [waiting] = await tickets.outbox.pending(10)
    assert [message.id for message in waiting.messages] == [f"ticket:updated/{ID}/7"]


async def test_a_second_import_changes_nothing(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """What is here already stays as it is: it may have changed since."""
    # Given an imported ticket that was edited since
    tickets = await tickets_here(real_database)
    await base_database.write("tickets", ticket())
    await base_database.imported_by(import_base, {Ticket: tickets})
    await tickets.save((await tickets.get(ID)).next(title="Better show"))

    # When it is imported again
    report, _ = await base_database.imported_by(import_base, {Ticket: tickets})

    # Then the edit is still there
    assert (await tickets.get(ID)).title == "Better show"
    assert (report.imported, report.present) == (0, 1)


async def test_a_ticket_without_a_price_is_left_out_and_told(
    real_database: Database, base_database: BaseDatabase
) -> None:
    """One bad document neither stops the others nor disappears without a word."""
    # Given a bad ticket and a good one
    tickets = await tickets_here(real_database)
    await base_database.write(
        "tickets", ticket(_id=ObjectId("5e" * 12), price=float("nan")), ticket()
    )

    # When they are imported
    report, lines = await base_database.imported_by(import_base, {Ticket: tickets})

    # Then the good one is here and the bad one is named
    assert (report.imported, report.left_out) == (1, 1)
    assert "5e" * 12 in lines[0]
