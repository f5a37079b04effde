"""What orders knows of a ticket: a replica of the tickets service's."""

from typing import Annotated, ClassVar, Literal

from fastapi import Depends

from ticketing_common.events.catalogue import TicketCreated, TicketUpdated
from ticketing_common.service import store_of
from ticketing_common.store import Document, Store
from ticketing_common.types import AnyPrice, Moment


class Ticket(Document):
    """Its version is the source's. `listing` is that of `withdrawn`, `starts_at` and `venue`, which
    an older version of the tickets service leaves as they are and does not tell of."""

    collection: ClassVar[str] = "tickets"

    title: str
    price: AnyPrice
    withdrawn: Literal[True] | None = None
    starts_at: Moment | None = None
    venue: str | None = None
    listing: int = 0


async def take_over(tickets: Store[Ticket], heard: TicketCreated | TicketUpdated) -> None:
    """What is newer of it than what is known: its version's fields, its listing, or both."""
    fields = {"title": heard.title, "price": heard.price}
    if heard.listing is None:
        await tickets.replicate(heard.id, heard.version, **fields)
        return
    number = heard.listing.number
    listing = heard.listing.model_dump(include={"withdrawn", "starts_at", "venue"})
    if not await tickets.replicate(heard.id, heard.version, **fields, **listing, listing=number):
        await tickets.set_newer(heard.id, "listing", number, **listing)


Tickets = Annotated[Store[Ticket], Depends(store_of(Ticket))]
