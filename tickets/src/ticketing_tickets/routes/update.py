"""PUT /api/tickets/:id: change one's own ticket, while nobody holds it.

One that was taken down is on sale again.
"""

from typing import Any

from fastapi import APIRouter, Depends

from ticketing_common.errors import BadRequestError, NotAuthorizedError
from ticketing_common.middlewares import SignedIn, rate_limited
from ticketing_common.routing import Route
from ticketing_tickets.events.publishers import ticket_updated
from ticketing_tickets.models.ticket import AnyTicket, ListedTicket, Ticket, Tickets
from ticketing_tickets.routes.ticket_body import TicketBody
from ticketing_tickets.routes.when_and_where import require_to_come

LISTING = ("starts_at", "venue")

router = APIRouter(route_class=Route, dependencies=[Depends(rate_limited("tickets"))])


@router.put("/api/tickets/{id}", response_model=ListedTicket)
async def update(id: str, body: TicketBody, user: SignedIn, tickets: Tickets) -> AnyTicket:
    def edit(ticket: Ticket) -> Ticket:
        if ticket.user_id != user.id:
            raise NotAuthorizedError
        if ticket.reserved:
            raise BadRequestError("Cannot edit a reserved ticket")
        if body.starts_at:
            require_to_come(body.starts_at)
        if listing := _changes(ticket, body):
            return ticket.relisted(title=body.title, price=body.price, **listing)
        return ticket.next(title=body.title, price=body.price)

    return await tickets.change(id, edit, ticket_updated)


def _changes(ticket: Ticket, body: TicketBody) -> dict[str, Any]:
    """What becomes different beyond title and price. A client that does not know of a field does
    not send it, and leaves it as it is."""
    if not isinstance(ticket, ListedTicket) and not body.starts_at and not body.venue:
        return {}
    present = ticket.with_listing()
    wanted = {"withdrawn": None}
    wanted |= {name: getattr(body, name) for name in LISTING if name in body.model_fields_set}
    return {name: value for name, value in wanted.items() if getattr(present, name) != value}
