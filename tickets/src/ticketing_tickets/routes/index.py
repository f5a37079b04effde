"""GET /api/tickets: what is for sale, the newest first; a hundred unless told otherwise."""

from typing import Annotated

from fastapi import APIRouter, Depends

from ticketing_common.middlewares import Paged
from ticketing_common.routing import Route
from ticketing_common.store import Page
from ticketing_tickets.models.ticket import Ticket, Tickets

router = APIRouter(route_class=Route)


@router.get("/api/tickets")
async def index(tickets: Tickets, page: Annotated[Page, Depends(Paged(100))]) -> list[Ticket]:
    return await tickets.page({"orderId": None}, page)
