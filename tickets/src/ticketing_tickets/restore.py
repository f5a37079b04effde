"""Tickets that came back from a backup, as they were told since."""

from typing import Any

from fastapi import FastAPI

from ticketing_common.events.catalogue import TicketCreated, TicketUpdated
from ticketing_common.restoring import Outcome, by_listeners, past_of
from ticketing_common.store import Store
from ticketing_tickets.config import Settings
from ticketing_tickets.models.ticket import ListedTicket, Ticket


async def restore(app: FastAPI, settings: Settings) -> Outcome:
    """The tickets first, then what orders and payments had to say of them. An order that holds a
    ticket already is heard of with a number that is new here, and told on once more."""
    tickets: Store[Ticket] = app.state.stores[Ticket]
    listed = Store(app.state.database, ListedTicket)

    async def take_over(told: TicketCreated | TicketUpdated) -> None:
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

    async with past_of(app, settings) as past:
        await past.tell({TicketCreated: take_over, TicketUpdated: take_over})
        await past.tell(by_listeners(app.state.listeners))
    return past.outcome
