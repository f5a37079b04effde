"""order:created reserves the ticket."""

from collections.abc import Callable

import pytest

from ticketing_common.errors import NotFoundError
from ticketing_common.events.catalogue import OrderCancelled, OrderCreated
from ticketing_common.store import Store
from ticketing_common.types import new_id
from ticketing_tickets.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_tickets.events.listeners.order_created import OrderCreatedListener
from ticketing_tickets.models.ticket import Ticket

Created = Callable[..., OrderCreated]


@pytest.fixture
def listener(tickets: Store[Ticket]) -> OrderCreatedListener:
    return OrderCreatedListener(tickets)


async def test_takes_the_ticket_off_the_market(
    listener: OrderCreatedListener, tickets: Store[Ticket], ticket: Ticket, created: Created
) -> None:
    """The ticket carries the order's id and reservation, and ticket:updated tells of it."""
    order = created(reservation=1)

    await listener.on_message(order)

    stored = await tickets.get(ticket.id)
    assert (stored.order_id, stored.reservation, stored.version) == (order.id, 1, 1)
    (waiting,) = await tickets.outbox.pending(10)
    (message,) = waiting.messages
    assert message.id == f"ticket:updated/{ticket.id}/1"
    assert f'"orderId":"{order.id}"'.encode() in message.data


async def test_again_changes_nothing(
    listener: OrderCreatedListener, tickets: Store[Ticket], ticket: Ticket, created: Created
) -> None:
    """A redelivered event does not bump the version."""
    order = created()

    await listener.on_message(order)
    await listener.on_message(order)

    assert (await tickets.get(ticket.id)).version == 1


async def test_an_older_reservation_is_ignored(
    listener: OrderCreatedListener, tickets: Store[Ticket], ticket: Ticket, created: Created
) -> None:
    """A late event of an old order can't take a ticket that a newer order holds."""
    newer, older = created(reservation=2), created(reservation=1)

    await listener.on_message(newer)
    await listener.on_message(older)

    assert (await tickets.get(ticket.id)).order_id == newer.id


async def test_a_newer_one_takes_over(
    listener: OrderCreatedListener, tickets: Store[Ticket], ticket: Ticket, created: Created
) -> None:
    """The newer order's create may overtake the older one's cancel."""
    older, newer = created(reservation=1), created(reservation=2)

    await listener.on_message(older)
    await listener.on_message(newer)

    assert (await tickets.get(ticket.id)).order_id == newer.id


async def test_a_create_after_its_cancel_is_old_news(
    listener: OrderCreatedListener,
    tickets: Store[Ticket],
    ticket: Ticket,
    created: Created,
    cancelled: Callable[..., OrderCancelled],
) -> None:
    """A cancel that overtook its create leaves the ticket free for good."""
    order = new_id()

    await OrderCancelledListener(tickets).on_message(cancelled(reservation=1, id=order))
    await listener.on_message(created(reservation=1, id=order))

    stored = await tickets.get(ticket.id)
    assert (stored.order_id, stored.reservation) == (None, 1)


async def test_unknown_ticket(
    listener: OrderCreatedListener, ticket: Ticket, created: Created
) -> None:
    """An order for a ticket we do not have is an error: delivery retries, then keeps it."""
    order = created()
    lost = order.model_copy(update={"ticket": order.ticket.model_copy(update={"id": new_id()})})

    with pytest.raises(NotFoundError):
        await listener.on_message(lost)
