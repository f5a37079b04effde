"""POST /api/tickets: put a ticket up for sale."""

from fastapi import APIRouter, Depends

from ticketing_common.middlewares import SignedIn, rate_limited
from ticketing_common.routing import Route
from ticketing_common.types import new_id
from ticketing_tickets.events.publishers import ticket_created
from ticketing_tickets.models.ticket import AnyTicket, ListedTicket, Ticket, Tickets
from ticketing_tickets.routes.ticket_body import TicketBody
from ticketing_tickets.routes.when_and_where import require_to_come

router = APIRouter(route_class=Route, dependencies=[Depends(rate_limited("tickets"))])


@router.post("/api/tickets", status_code=201, response_model=ListedTicket)
async def new(body: TicketBody, user: SignedIn, tickets: Tickets) -> AnyTicket:
    if body.starts_at:
        require_to_come(body.starts_at)
    ticket = Ticket(id=new_id(), title=body.title, price=body.price, user_id=user.id)
    if body.starts_at or body.venue:
        ticket = ListedTicket(**dict(ticket), starts_at=body.starts_at, venue=body.venue)
    return await tickets.save(ticket, ticket_created(ticket))
