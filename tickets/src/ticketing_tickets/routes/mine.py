"""GET /api/tickets/mine: the caller's own tickets, the newest first, with what became of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from bson import ObjectId
from fastapi import APIRouter, Depends

from ticketing_common.middlewares import Filter, Paged, SignedIn
from ticketing_common.routing import Route
from ticketing_common.store import Found, Page, Store
from ticketing_tickets.models.sale import Sales
from ticketing_tickets.models.ticket import ON_SALE, Ticket, Tickets
from ticketing_tickets.routes.states import OwnTicket, State, own

router = APIRouter(route_class=Route)

STATE = Filter("state", "|".join(State), f"State must be one of {', '.join(State)}")
HELD = {"orderId": {"$gt": ""}}
QUERIES: Mapping[str | None, Mapping[str, Any]] = {
    None: {},
    State.LISTED: ON_SALE,
    State.WITHDRAWN: {"orderId": None, "withdrawn": True},
    State.RESERVED: HELD,
    State.SOLD: HELD,
}
LOOK = 200  # tickets read at a time to find those that are sold, or not
MOST_LOOKS = 50  # a page; then it is shorter than it might be, and leads on


@router.get("/api/tickets/mine")
async def mine(
    user: SignedIn,
    tickets: Tickets,
    sales: Sales,
    page: Annotated[Page, Depends(Paged(500, STATE))],
) -> list[OwnTicket]:
    state = dict(page.asked).get("state")
    query = {"userId": user.id, **QUERIES[state]}
    if state and QUERIES[state] is HELD:
        return await _held(State(state), query, page, tickets, sales)
    found = await tickets.page(query, page)
    return await _owned(found, sales)


async def _held(
    state: State, query: Mapping[str, Any], page: Page, tickets: Store[Ticket], sales: Sales
) -> Found[OwnTicket]:
    """Whether a ticket is sold is in another document, so the others are left out here."""
    look = replace(page, limit=LOOK)
    kept: Found[OwnTicket] = Found()
    for _ in range(MOST_LOOKS):
        found = await _owned(await tickets.page(query, look), sales)
        for ticket in (each for each in found if each.state == state):
            if len(kept) == page.limit:
                kept.next = replace(page, after=ObjectId(kept[-1].id))
                return kept
            kept.append(ticket)
        if found.next is None:
            return kept
        look = found.next
    kept.next = replace(page, after=look.after)
    return kept


async def _owned(found: Found[Ticket], sales: Sales) -> Found[OwnTicket]:
    sold = await sales.find_ids(ticket.order_id for ticket in found if ticket.order_id)
    owned = Found(own(ticket, sold) for ticket in found)
    owned.next = found.next
    return owned
