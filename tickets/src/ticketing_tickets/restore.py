"""Tickets that came back from a backup, as they were told since."""

from datetime import datetime
from typing import Any

from fastapi import FastAPI

from ticketing_common.events.catalogue import (
    OrderCancelled,
    OrderCreated,
    TicketCreated,
    TicketUpdated,
)
from ticketing_common.restoring.backup import past_of
from ticketing_common.restoring.past import Outcome, by_listeners
from ticketing_common.store import Store
from ticketing_tickets.config import Settings
from ticketing_tickets.models.ticket import ListedTicket, Ticket


async def restore(app: FastAPI, settings: Settings) -> Outcome:
    """The tickets first, with the numbers of the orders that hold them; then what orders and
    payments had to say of them, to which most of it is old."""
    tickets: Store[Ticket] = app.state.stores[Ticket]
    listed = Store(app.state.database, ListedTicket)

    async def ticket(told: TicketCreated | TicketUpdated, _: datetime | None) -> None:
        fields: dict[str, Any] = {
            "title": told.title,
            "price": told.price,
            "user_id": told.user_id,
            "order_id": told.order_id if isinstance(told, TicketUpdated) else None,
        }
        if told.listing is None:
            await tickets.replicate(told.id, told.version, **fields)
            return
        listing = told.listing
        fields |= {"withdrawn": listing.withdrawn, "starts_at": listing.starts_at}
        fields |= {"venue": listing.venue, "listing": listing.number}
        await listed.replicate(told.id, told.version, **fields)

    async def number(order: OrderCreated | OrderCancelled, _: datetime | None) -> None:
        """No event of a ticket has it; without it, all its orders would be news once more."""
        holder = order.id if isinstance(order, OrderCreated) else None
        ticket = await tickets.find_id(order.ticket.id)
        if ticket and ticket.order_id == holder:
            await tickets.set_newer(ticket.id, "reservation", order.ticket.reservation)

    async with past_of(app, settings) as past:
        await past.of_its_own({TicketCreated: ticket, TicketUpdated: ticket})
        await past.of_others({OrderCreated: number, OrderCancelled: number})
        await past.of_others(by_listeners(app.state.listeners))
    return past.outcome
