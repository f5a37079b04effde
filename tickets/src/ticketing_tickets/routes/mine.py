"""GET /api/tickets/mine: the caller's own tickets, the newest first, with what became of them."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import computed_field

from ticketing_common.middlewares import Paged, SignedIn
from ticketing_common.routing import Route
from ticketing_common.store import Found, Page
from ticketing_tickets.models.ticket import Ticket, Tickets

router = APIRouter(route_class=Route)


class State(StrEnum):
    LISTED = "listed"
    RESERVED = "reserved"
    SOLD = "sold"


class OwnTicket(Ticket):
    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties
    @property
    def state(self) -> State:
        if self.sold:
            return State.SOLD
        return State.RESERVED if self.reserved else State.LISTED


@router.get("/api/tickets/mine")
async def mine(
    user: SignedIn, tickets: Tickets, page: Annotated[Page, Depends(Paged(500))]
) -> list[OwnTicket]:
    found = await tickets.page({"userId": user.id}, page)
    own = Found(OwnTicket(**dict(ticket)) for ticket in found)
    own.next = found.next
    return own
