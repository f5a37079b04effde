"""Orders that came back from a backup, as they were told since."""

from fastapi import FastAPI

from ticketing_common.events.catalogue import (
    ExpirationComplete,
    OrderCancelled,
    OrderCreated,
    TicketCreated,
    TicketUpdated,
)
from ticketing_common.restoring import Hearing, Outcome, by_listeners, past_of
from ticketing_common.store import Store
from ticketing_orders.config import Settings
from ticketing_orders.models.order import Order, OrderedTicket
from ticketing_orders.models.ticket import Ticket, take_over


async def restore(app: FastAPI, settings: Settings) -> Outcome:
    """The orders first, each with its ticket as it was then; then who holds a ticket, and who has
    paid. What has expired is left to the sweeper, which waits until all payments are known."""
    orders: Store[Order] = app.state.stores[Order]
    tickets: Store[Ticket] = app.state.stores[Ticket]

    async def ticket(told: TicketCreated | TicketUpdated) -> None:
        await take_over(tickets, told)

    async def order(told: OrderCreated | OrderCancelled) -> None:
        known = await orders.find_id(told.id)
        held = known.ticket if known else await _ordered(tickets, told)
        await orders.replicate(
            told.id,
            told.version,
            user_id=told.user_id,
            status=told.status,
            expires_at=told.expires_at,
            ticket=held,
        )

    own: Hearing = {
        OrderCreated: order,
        OrderCancelled: order,
        TicketCreated: ticket,
        TicketUpdated: ticket,
    }
    others = [each for each in app.state.listeners if each.event is not ExpirationComplete]
    async with past_of(app, settings) as past:
        await past.tell(own)
        await past.tell(by_listeners(others))
    return past.outcome


async def _ordered(tickets: Store[Ticket], told: OrderCreated | OrderCancelled) -> OrderedTicket:
    """Raise `LookupError` where nobody has told of the ticket."""
    ticket = await tickets.find_id(told.ticket.id)
    if ticket is None:
        raise LookupError(f"its ticket {told.ticket.id} is not known")
    return OrderedTicket(
        id=ticket.id,
        title=ticket.title,
        version=ticket.version,
        price=told.ticket.price,
        reservation=told.ticket.reservation,
    )
