"""DELETE /api/tickets/:id: take one's own ticket down, while nobody holds it.

An order that was faster keeps it; if that order ends without a sale, the ticket is down again.
"""

from fastapi import APIRouter, Depends

from ticketing_common.errors import BadRequestError, NotAuthorizedError
from ticketing_common.middlewares import SignedIn, rate_limited
from ticketing_common.routing import Route
from ticketing_tickets.events.publishers import ticket_updated
from ticketing_tickets.models.ticket import Ticket, Tickets

router = APIRouter(route_class=Route, dependencies=[Depends(rate_limited("tickets"))])


@router.delete("/api/tickets/{id}", status_code=204)
async def delete(id: str, user: SignedIn, tickets: Tickets) -> None:
    def take_down(ticket: Ticket) -> Ticket | None:
        if ticket.user_id != user.id:
            raise NotAuthorizedError
        if ticket.reserved:
            raise BadRequestError("Cannot take down a ticket that is reserved or sold")
        return ticket.relisted(withdrawn=True) if ticket.on_sale else None

    await tickets.change(id, take_down, ticket_updated)
