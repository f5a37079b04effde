"""order:cancelled gives the ticket back."""

from collections.abc import Callable

import pytest

from ticketing_common.events.catalogue import OrderCancelled, OrderCreated
from ticketing_common.store import Store
from ticketing_tickets.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_tickets.events.listeners.order_created import OrderCreatedListener
from ticketing_tickets.models.ticket import Ticket

Created = Callable[..., OrderCreated]
Cancelled = Callable[..., OrderCancelled]


@pytest.fixture
def listener(tickets: Store[Ticket]) -> OrderCancelledListener:
    return OrderCancelledListener(tickets)


@pytest.fixture
async def order(tickets: Store[Ticket], ticket: Ticket, created: Created) -> OrderCreated:
    """The order that holds the ticket, its second."""
    order = created(reservation=2)
    await OrderCreatedListener(tickets).on_message(order)
    return order


async def test_frees_the_ticket(
    listener: OrderCancelledListener,
    tickets: Store[Ticket],
    order: OrderCreated,
    cancelled: Cancelled,
) -> None:
    """The ticket is free again and ticket:updated tells so, without an order's id."""
    await listener.on_message(cancelled(reservation=2, id=order.id))

    stored = await tickets.get(order.ticket.id)
    assert (stored.order_id, stored.reservation, stored.version) == (None, 2, 2)
    (waiting,) = await tickets.outbox.pending(10)
    assert waiting.messages[-1].id == f"ticket:updated/{stored.id}/2"
    assert b"orderId" not in waiting.messages[-1].data


async def test_again_changes_nothing(
    listener: OrderCancelledListener,
    tickets: Store[Ticket],
    order: OrderCreated,
    cancelled: Cancelled,
) -> None:
    """A redelivered cancel does not bump the version."""
    event = cancelled(reservation=2, id=order.id)

    await listener.on_message(event)
    await listener.on_message(event)

    assert (await tickets.get(order.ticket.id)).version == 2


async def test_an_older_orders_cancel_is_ignored(
    listener: OrderCancelledListener,
    tickets: Store[Ticket],
    order: OrderCreated,
    cancelled: Cancelled,
) -> None:
    """Defect 4 of the base: an old order's expiry freed the ticket a newer order held."""
    await listener.on_message(cancelled(reservation=1))

    assert (await tickets.get(order.ticket.id)).order_id == order.id


async def test_a_newer_orders_cancel_frees_it_whoever_holds_it(
    listener: OrderCancelledListener,
    tickets: Store[Ticket],
    order: OrderCreated,
    cancelled: Cancelled,
) -> None:
    """A newer order exists only where the older one was cancelled: that news is on its way."""
    await listener.on_message(cancelled(reservation=3))

    stored = await tickets.get(order.ticket.id)
    assert (stored.order_id, stored.reservation) == (None, 3)
