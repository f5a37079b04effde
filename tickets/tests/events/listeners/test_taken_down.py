"""An order that was faster than a takedown has the ticket until it ends."""

import itertools
from datetime import timedelta
from typing import TypeVar

import pytest

from ticketing_common.events.catalogue import (
    OrderCancelled,
    OrderCreated,
    OrderStatus,
    ReservedTicket,
)
from ticketing_common.store import Store
from ticketing_common.types import new_id, now
from ticketing_tickets.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_tickets.events.listeners.order_created import OrderCreatedListener
from ticketing_tickets.models.ticket import ListedTicket, Ticket

ORDER = new_id()
TWICE = ("created", "cancelled") * 2
Told = TypeVar("Told", OrderCreated, OrderCancelled)


@pytest.fixture
async def ticket(tickets: Store[Ticket]) -> Ticket:
    ticket = await tickets.save(Ticket(id=new_id(), title="A", price=20, user_id=new_id()))
    return await tickets.save(ticket.relisted(withdrawn=True))


def _news(kind: type[Told], ticket: Ticket) -> Told:
    created = kind is OrderCreated
    return kind(
        id=ORDER,
        version=0 if created else 1,
        status=OrderStatus.CREATED if created else OrderStatus.CANCELLED,
        user_id=new_id(),
        expires_at=now() + timedelta(minutes=15),
        ticket=ReservedTicket(id=ticket.id, price=20, reservation=1),
    )


async def test_it_has_the_ticket(tickets: Store[Ticket], ticket: Ticket) -> None:
    """It was placed before orders heard of the takedown, and is not called back."""
    await OrderCreatedListener(tickets).on_message(_news(OrderCreated, ticket))

    held = await tickets.get(ticket.id)
    assert (held.order_id, held.on_sale) == (ORDER, False)


@pytest.mark.parametrize("heard", sorted({*itertools.permutations(TWICE)}))
async def test_down_again_when_it_ends(
    tickets: Store[Ticket], ticket: Ticket, heard: tuple[str, ...]
) -> None:
    """Whatever order the news comes in, and however often; each tells of the takedown."""
    for name in heard:
        if name == "created":
            await OrderCreatedListener(tickets).on_message(_news(OrderCreated, ticket))
        else:
            await OrderCancelledListener(tickets).on_message(_news(OrderCancelled, ticket))

    free = await tickets.get(ticket.id)
    assert isinstance(free, ListedTicket)
    assert (free.order_id, free.withdrawn, free.listing) == (None, True, 2)
    (waiting,) = await tickets.outbox.pending(10)
    assert all(b'"number":2,"withdrawn":true' in message.data for message in waiting.messages)
