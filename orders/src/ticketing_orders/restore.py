"""Orders that came back from a backup, as they were told since."""

from datetime import datetime

from fastapi import FastAPI

from ticketing_common.events.catalogue import (
    ExpirationComplete,
    OrderCancelled,
    OrderCreated,
    OrderStatus,
    TicketCreated,
    TicketUpdated,
)
from ticketing_common.restoring.backup import past_of
from ticketing_common.restoring.past import Outcome, by_listeners
from ticketing_common.store import Store
from ticketing_orders.config import Settings
from ticketing_orders.models.order import CancelledBy, Order, OrderedTicket
from ticketing_orders.models.ticket import Ticket, take_over

UNKNOWN = "A ticket"  # the title of one that nobody has told of


async def restore(app: FastAPI, settings: Settings) -> Outcome:
    """The orders first, each with its ticket as it was then; then who holds a ticket, and who has
    paid. What has expired is left to the sweeper, which waits until all payments are known."""
    orders: Store[Order] = app.state.stores[Order]
    tickets: Store[Ticket] = app.state.stores[Ticket]

    async def ticket(told: TicketCreated | TicketUpdated, _: datetime | None) -> None:
        await take_over(tickets, told)

    async with past_of(app, settings) as past:

        async def order(told: OrderCreated | OrderCancelled, at: datetime | None) -> None:
            known = await orders.find_id(told.id)
            ticket = (
                known.ticket if known else _ordered(await tickets.find_id(told.ticket.id), told)
            )
            if ticket.title == UNKNOWN:
                past.outcome.left_out.append(f"the title of order {told.id}: its ticket is unknown")
            by = _cancelled_by(told, at)
            await orders.replicate(
                told.id,
                told.version,
                user_id=told.user_id,
                status=told.status,
                expires_at=told.expires_at,
                ticket=ticket,
                **({"cancelled_by": by} if by else {}),
            )

        await past.of_its_own(
            {
                OrderCreated: order,
                OrderCancelled: order,
                TicketCreated: ticket,
                TicketUpdated: ticket,
            }
        )
        others = (each for each in app.state.listeners if each.event is not ExpirationComplete)
        await past.of_others(by_listeners(others))
    return past.outcome


def _ordered(ticket: Ticket | None, told: OrderCreated | OrderCancelled) -> OrderedTicket:
    """As the stream had it: orders may have heard a change of it a moment later."""
    known = ticket or Ticket(id=told.ticket.id, title=UNKNOWN, price=told.ticket.price)
    return OrderedTicket(
        id=told.ticket.id,
        title=known.title,
        version=known.version,
        price=told.ticket.price,
        starts_at=known.starts_at,
        venue=known.venue,
        reservation=told.ticket.reservation,
    )


def _cancelled_by(told: OrderCreated | OrderCancelled, at: datetime | None) -> CancelledBy | None:
    """No event says so, but nobody expires before their time; None where it was told again."""
    if at is None or told.status != OrderStatus.CANCELLED:
        return None
    return CancelledBy.BUYER if at < told.expires_at else CancelledBy.EXPIRY
