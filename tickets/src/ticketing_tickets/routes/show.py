"""GET /api/tickets/:id: one ticket."""

from fastapi import APIRouter

from ticketing_common.routing import Route
from ticketing_tickets.models.ticket import Ticket, Tickets

router = APIRouter(route_class=Route)


@router.get("/api/tickets/{id}")
async def show(id: str, tickets: Tickets) -> Ticket:
    return await tickets.get(id)
