"""GET /api/tickets/:id: one ticket, taken down or not."""

from fastapi import APIRouter

from ticketing_common.routing import Route
from ticketing_tickets.models.ticket import AnyTicket, ListedTicket, Tickets

router = APIRouter(route_class=Route)


@router.get("/api/tickets/{id}", response_model=ListedTicket)
async def show(id: str, tickets: Tickets) -> AnyTicket:
    return await tickets.get(id)
