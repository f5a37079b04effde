"""GET /api/tickets/mine: the caller's own tickets, the newest first, with what became of them."""

from collections.abc import Container
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends

from ticketing_common.middlewares import Paged, SignedIn
from ticketing_common.routing import Route
from ticketing_common.store import Found, Page
from ticketing_tickets.models.sale import Sales
from ticketing_tickets.models.ticket import Ticket, Tickets

router = APIRouter(route_class=Route)


class State(StrEnum):
    LISTED = "listed"
    RESERVED = "reserved"
    SOLD = "sold"


class OwnTicket(Ticket):
    state: State


@router.get("/api/tickets/mine")
async def mine(
    user: SignedIn, tickets: Tickets, sales: Sales, page: Annotated[Page, Depends(Paged(500))]
) -> list[OwnTicket]:
    found = await tickets.page({"userId": user.id}, page)
    sold = await sales.find_ids(ticket.order_id for ticket in found if ticket.order_id)
    own = Found(OwnTicket(**dict(ticket), state=_state(ticket, sold)) for ticket in found)
    own.next = found.next
    return own


def _state(ticket: Ticket, sold: Container[str]) -> State:
    if ticket.order_id is None:
        return State.LISTED
    return State.SOLD if ticket.order_id in sold else State.RESERVED
