"""What ticket:created and ticket:updated say of a listing, in any order, of any version."""

import asyncio
import itertools
from datetime import datetime
from typing import Any

import pytest

from ticketing_common.events.catalogue import Listing, TicketCreated, TicketUpdated
from ticketing_common.store import Store
from ticketing_common.types import new_id, now
from ticketing_orders.events.listeners.ticket_created import TicketCreatedListener
from ticketing_orders.events.listeners.ticket_updated import TicketUpdatedListener
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket

STARTS: datetime = now()
LISTINGS = (
    Listing(number=1, starts_at=STARTS, venue="Town Hall"),  # version 0
    Listing(number=2, starts_at=STARTS, withdrawn=True),
    None,  # an older version of tickets wrote version 2, and told of it
    Listing(number=2, starts_at=STARTS, withdrawn=True),
    Listing(number=5),
)


def _heard(id: str, version: int, listing: Listing | None) -> TicketCreated | TicketUpdated:
    kind = TicketUpdated if version else TicketCreated
    fields: dict[str, Any] = {"title": f"v{version}", "price": 20, "user_id": new_id()}
    return kind(id=id, version=version, listing=listing, **fields)


async def _hear(tickets: Store[Ticket], orders: Store[Order], news: Any) -> None:
    if isinstance(news, TicketCreated):
        await TicketCreatedListener(tickets).on_message(news)
    else:
        await TicketUpdatedListener(tickets, orders).on_message(news)


@pytest.mark.parametrize("known", range(1, len(LISTINGS) + 1))
async def test_any_order(tickets: Store[Ticket], orders: Store[Order], known: int) -> None:
    """The newest listing stays, be the newest version told with or without one; all of it once
    more changes nothing."""
    number, withdrawn = [(1, None), (2, True), (2, True), (2, True), (5, None)][known - 1]

    async def hear_in(permutation: tuple[int, ...]) -> None:
        id = new_id()
        for version in (*permutation, *permutation):
            await _hear(tickets, orders, _heard(id, version, LISTINGS[version]))

        stored = await tickets.get(id)

        assert (stored.version, stored.title) == (known - 1, f"v{known - 1}")
        assert (stored.listing, stored.withdrawn) == (number, withdrawn)
        assert stored.starts_at == (STARTS if known < 5 else None)
        assert stored.venue == ("Town Hall" if known == 1 else None)

    await asyncio.gather(*map(hear_in, itertools.permutations(range(known))))


async def test_a_replica_of_before(
    tickets: Store[Ticket], orders: Store[Order], database: Any
) -> None:
    """One stored by an older version, without these fields, takes them over late, too."""
    id = new_id()
    await tickets.replicate(id, 3, title="v3", price=20)
    names = {"listing": "", "withdrawn": "", "startsAt": ""}
    await database["tickets"].update_one({}, {"$unset": names})

    await _hear(tickets, orders, _heard(id, 1, LISTINGS[1]))

    stored = await tickets.get(id)
    assert (stored.version, stored.listing, stored.withdrawn) == (3, 2, True)
