"""GET /api/tickets/mine: the caller's own tickets, with what became of them."""

from enum import StrEnum

from fastapi import APIRouter
from pydantic import computed_field

from ticketing_common.middlewares import SignedIn
from ticketing_common.routing import Route
from ticketing_tickets.models.ticket import Ticket, Tickets

router = APIRouter(route_class=Route)

LIMIT = 500  # tickets, the newest first


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
async def mine(user: SignedIn, tickets: Tickets) -> list[OwnTicket]:
    own = await tickets.find({"userId": user.id}, sort=[("_id", -1)], limit=LIMIT)
    return [OwnTicket(**dict(ticket)) for ticket in own]
