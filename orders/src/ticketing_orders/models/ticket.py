"""What orders knows of a ticket: a replica of the tickets service's."""

from typing import Annotated, ClassVar

from fastapi import Depends

from ticketing_common.service import store_of
from ticketing_common.store import Document, Store
from ticketing_common.types import Price


class Ticket(Document):
    """Its version is the source's."""

    collection: ClassVar[str] = "tickets"

    title: str
    price: Price


Tickets = Annotated[Store[Ticket], Depends(store_of(Ticket))]
