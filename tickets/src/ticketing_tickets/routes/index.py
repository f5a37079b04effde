"""GET /api/tickets: what is for sale, the newest first; a hundred unless told otherwise."""

from typing import Annotated

from fastapi import APIRouter, Depends

from ticketing_common.routing import Route
from ticketing_tickets.models.ticket import AnyTicket, ListedTicket, Tickets
from ticketing_tickets.routes.wanted import Wanted, WantedTickets

router = APIRouter(route_class=Route)


@router.get("/api/tickets", response_model=list[ListedTicket])
async def index(
    tickets: Tickets, wanted: Annotated[Wanted, Depends(WantedTickets(100))]
) -> list[AnyTicket]:
    return await tickets.page(wanted.query, wanted.page)
