"""ticket:updated is delivered again after a crash between its two writes."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from orders.tests.events.listeners.updates import updated
from ticketing_common.errors import DatabaseConnectionError
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import Database, Store
from ticketing_orders.events.listeners.ticket_updated import TicketUpdatedListener
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket

Place = Callable[..., Awaitable[Order]]


class CrashOnce(Store[Order]):
    """Stops answering at its first write."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Order)
        self.crashed = False

    async def compare_and_set(self, id: str, field: str, before: Any, after: Any) -> None:
        if not self.crashed:
            self.crashed = True
            raise DatabaseConnectionError
        await super().compare_and_set(id, field, before, after)


async def test_a_crash_between_its_two_writes_heals(
    database: Database, tickets: Store[Ticket], ticket: Ticket, place: Place
) -> None:
    """The second delivery makes up for what the first left out."""
    order = await place()
    orders = CrashOnce(database)
    listener = TicketUpdatedListener(tickets, orders)
    event = updated(ticket, order=order)
    with pytest.raises(DatabaseConnectionError):
        await listener.on_message(event)
    assert (await orders.get(order.id)).status == OrderStatus.CREATED

    await listener.on_message(event)

    assert (await orders.get(order.id)).status == OrderStatus.AWAITING_PAYMENT
