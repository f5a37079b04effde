"""Tickets after their database came back from a backup."""

from datetime import timedelta
from typing import Any

from ticketing_common.events.catalogue import (
    Listing,
    OrderCancelled,
    OrderStatus,
    PaymentCreated,
    TicketCreated,
    TicketUpdated,
)
from ticketing_common.store import Store
from ticketing_common.testing.sessions import JWT_KEY
from ticketing_common.testing.since_backup import SinceBackup, order_created
from ticketing_common.types import new_id, now
from ticketing_tickets.app import create_app
from ticketing_tickets.config import Settings
from ticketing_tickets.models.sale import Sale
from ticketing_tickets.models.ticket import ListedTicket, Ticket
from ticketing_tickets.restore import restore

SELLER = new_id()


async def _restored(backup: SinceBackup) -> None:
    settings = backup.settings(
        Settings(
            JWT_KEY=JWT_KEY,
            MONGO_URI="mongodb://unused/tickets",
            NATS_URL="nats://unused",
            NATS_CLUSTER_ID="ticketing",
            NATS_CLIENT_ID="test",
        )
    )
    outcome = await restore(create_app(settings, backup.database), settings)
    assert outcome.left_out == []


async def test_a_ticket_listed_since_is_there_again(
    backup: SinceBackup, tickets: Store[Ticket], sales: Store[Sale]
) -> None:
    """As its seller last had it, held by who bought it, and sold."""
    id, at = new_id(), now() + timedelta(days=30)
    listing = Listing(number=2, starts_at=at, venue="Blue Note")
    order = order_created(id, 1)
    fields: dict[str, Any] = {"id": id, "user_id": SELLER, "price": 20, "listing": listing}
    await backup.told(
        TicketCreated(version=0, title="First", **fields),
        TicketUpdated(version=1, title="Second", **fields),
        order,
        TicketUpdated(version=2, title="Second", order_id=order.id, **fields),
        PaymentCreated(id=new_id(), order_id=order.id, stripe_id="ch_1", price=20),
    )

    await _restored(backup)

    ticket = await tickets.get(id)
    assert isinstance(ticket, ListedTicket)
    assert (ticket.title, ticket.user_id, ticket.order_id) == ("Second", SELLER, order.id)
    assert (ticket.venue, ticket.starts_at, ticket.listing) == ("Blue Note", at, 2)
    assert ticket.reservation == 1
    assert (await sales.get(order.id)).price == 20


async def test_numbers_go_on_above_all_that_was_told(
    backup: SinceBackup, tickets: Store[Ticket]
) -> None:
    """Held, given back and held again since: by the last, whatever comes again of the first."""
    known = Ticket(id=new_id(), title="A concert", price=20, user_id=SELLER)
    await tickets.save(known)
    first, second = order_created(known.id, 1), order_created(known.id, 2)
    fields: dict[str, Any] = {"id": known.id, "title": known.title, "price": 20, "user_id": SELLER}
    cancelled = OrderCancelled(**{**dict(first), "version": 1, "status": OrderStatus.CANCELLED})
    await backup.told(
        first,
        TicketUpdated(version=1, order_id=first.id, **fields),
        cancelled,
        TicketUpdated(version=2, **fields),
        second,
        TicketUpdated(version=3, order_id=second.id, **fields),
    )

    for _ in range(2):
        await _restored(backup)

    ticket = await tickets.get(known.id)
    assert (ticket.order_id, ticket.reservation, ticket.version) == (second.id, 2, 3)
    assert await tickets.outbox.pending(10) == []  # nothing of this is news


async def test_an_order_that_nobody_had_told_of_yet_is_news(
    backup: SinceBackup, tickets: Store[Ticket]
) -> None:
    """It was heard, and the ticket saved, but that was lost before it was told."""
    known = Ticket(id=new_id(), title="A concert", price=20, user_id=SELLER)
    await tickets.save(known)
    order = order_created(known.id, 1)
    await backup.told(order)

    await _restored(backup)

    ticket = await tickets.get(known.id)
    assert (ticket.order_id, ticket.reservation, ticket.version) == (order.id, 1, 1)
    [waiting] = await tickets.outbox.pending(10)
    assert [message.subject for message in waiting.messages] == ["ticket:updated"]
