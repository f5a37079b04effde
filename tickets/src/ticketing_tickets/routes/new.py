"""POST /api/tickets: put a ticket up for sale."""

from fastapi import APIRouter

from ticketing_common.middlewares import SignedIn
from ticketing_common.routing import Route
from ticketing_common.types import new_id
from ticketing_tickets.events.publishers import ticket_created
from ticketing_tickets.models.ticket import Ticket, Tickets
from ticketing_tickets.routes.ticket_body import TicketBody

router = APIRouter(route_class=Route)


@router.post("/api/tickets", status_code=201)
async def new(body: TicketBody, user: SignedIn, tickets: Tickets) -> Ticket:
    ticket = Ticket(id=new_id(), title=body.title, price=body.price, user_id=user.id)
    return await tickets.save(ticket, ticket_created(ticket))
