"""PUT /api/tickets/:id: change title and price of one's own ticket, while nobody holds it."""

from fastapi import APIRouter

from ticketing_common.errors import BadRequestError, NotAuthorizedError
from ticketing_common.middlewares import SignedIn
from ticketing_common.routing import Route
from ticketing_tickets.events.publishers import ticket_updated
from ticketing_tickets.models.ticket import Ticket, Tickets
from ticketing_tickets.routes.ticket_body import TicketBody

router = APIRouter(route_class=Route)


@router.put("/api/tickets/{id}")
async def update(id: str, body: TicketBody, user: SignedIn, tickets: Tickets) -> Ticket:
    def edit(ticket: Ticket) -> Ticket:
        if ticket.user_id != user.id:
            raise NotAuthorizedError
        if ticket.reserved:
            raise BadRequestError("Cannot edit a reserved ticket")
        return ticket.next(title=body.title, price=body.price)

    return await tickets.change(id, edit, ticket_updated)
