"""ticket:created makes a ticket one that can be ordered."""

import asyncio
import random
from typing import Any

import pytest
from pymongo.errors import BulkWriteError

from ticketing_common.events.catalogue import TicketCreated
from ticketing_common.store import Database, Store
from ticketing_common.types import new_id
from ticketing_orders.events.listeners.ticket_created import TicketCreatedListener
from ticketing_orders.models.ticket import Ticket


@pytest.fixture
def listener(tickets: Store[Ticket]) -> TicketCreatedListener:
    return TicketCreatedListener(tickets)


@pytest.fixture
def created() -> TicketCreated:
    return TicketCreated(id=new_id(), version=0, title="A", price=19.99, user_id=new_id())


async def test_keeps_what_an_order_needs(
    listener: TicketCreatedListener, tickets: Store[Ticket], created: TicketCreated
) -> None:
    """The replica has the ticket's id, title, price and version."""
    await listener.on_message(created)

    assert await tickets.find({}) == [Ticket(id=created.id, title="A", price=19.99)]


async def test_again_changes_nothing(
    listener: TicketCreatedListener, tickets: Store[Ticket], created: TicketCreated
) -> None:
    """Defect 10 of the base: a second delivery failed on the duplicate key, for ever."""
    await listener.on_message(created)
    await listener.on_message(created)

    assert await tickets.find({}) == [Ticket(id=created.id, title="A", price=19.99)]


async def test_after_its_update_it_is_old_news(
    listener: TicketCreatedListener, tickets: Store[Ticket], created: TicketCreated
) -> None:
    """A create that its update overtook changes nothing."""
    newer = Ticket(id=created.id, version=1, title="B", price=5)
    await tickets.replicate(newer.id, 1, title="B", price=5)

    await listener.on_message(created)

    assert await tickets.get(newer.id) == newer


async def test_told_again_after_the_stream_was_lost(
    listener: TicketCreatedListener, tickets: Store[Ticket], created: TicketCreated
) -> None:
    """A version is not always the next one: a gap is no reason to wait."""
    await listener.on_message(created)

    await listener.on_message(created.model_copy(update={"version": 7, "title": "C"}))

    assert await tickets.get(created.id) == Ticket(id=created.id, version=7, title="C", price=19.99)


async def test_all_versions_at_once(
    listener: TicketCreatedListener, tickets: Store[Ticket]
) -> None:
    """The newest of several versions of an unknown ticket stays, in whatever order they land."""
    for _ in range(40):
        ticket, versions = new_id(), random.sample(range(6), 6)
        events = [
            TicketCreated(id=ticket, version=n, title=f"v{n}", price=20, user_id=new_id())
            for n in versions
        ]

        await asyncio.gather(*map(listener.on_message, events))

        assert await tickets.get(ticket) == Ticket(id=ticket, version=5, title="v5", price=20)


class Collision:
    """A collection where someone inserts version 0 in the middle of our first upsert."""

    def __init__(self, collection: Any) -> None:
        self.collection = collection
        self.collided = False

    async def bulk_write(self, operations: Any, ordered: bool) -> Any:
        if self.collided:
            return await self.collection.bulk_write(operations, ordered=ordered)
        self.collided = True
        # As the server does it: look, find nothing, insert, find it taken.
        (id,) = (operation._filter["_id"] for operation in operations)
        taken = {"_id": id, "version": 0, "title": "v0", "price": 20}
        await self.collection.insert_one(taken)
        refused = {"index": 0, "code": 11000, "errmsg": "E11000 duplicate key error"}
        done = {"nInserted": 0, "nMatched": 0, "nUpserted": 0, "upserted": []}
        raise BulkWriteError({"writeErrors": [refused], "writeConcernErrors": [], **done})


class CollidingDatabase(Database):
    def __getitem__(self, collection: str) -> Any:
        return Collision(super().__getitem__(collection))


async def test_an_older_version_is_inserted_in_the_middle(
    database: Database, tickets: Store[Ticket], created: TicketCreated
) -> None:
    """A duplicate key alone does not say that what is there is newer: it was seen to be older."""
    colliding = CollidingDatabase(database["tickets"].database)
    colliding.prepared = True

    await TicketCreatedListener(Store(colliding, Ticket)).on_message(
        created.model_copy(update={"version": 1, "title": "v1"})
    )

    assert await tickets.get(created.id) == Ticket(
        id=created.id, version=1, title="v1", price=19.99
    )
