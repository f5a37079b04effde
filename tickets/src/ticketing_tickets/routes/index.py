"""GET /api/tickets: what is for sale."""

from fastapi import APIRouter

from ticketing_common.routing import Route
from ticketing_tickets.models.ticket import Ticket, Tickets

router = APIRouter(route_class=Route)

LIMIT = 100  # tickets, the newest first


@router.get("/api/tickets")
async def index(tickets: Tickets) -> list[Ticket]:
    return await tickets.find({"orderId": None}, sort=[("_id", -1)], limit=LIMIT)
