"""GET /api/tickets/mine: the caller's own tickets, the newest first, with what became of them."""

import asyncio
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
    states = await asyncio.gather(*(_state(ticket, sales) for ticket in found))
    own = Found(
        OwnTicket(**dict(ticket), state=state) for ticket, state in zip(found, states, strict=True)
    )
    own.next = found.next
    return own


async def _state(ticket: Ticket, sales: Sales) -> State:
    if ticket.order_id is None:
        return State.LISTED
    return State.SOLD if await sales.find_id(ticket.order_id) else State.RESERVED
