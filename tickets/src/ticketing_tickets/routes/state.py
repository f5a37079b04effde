"""GET /api/tickets/:id/state: what became of a ticket, and to its seller what the sale brought."""

from fastapi import APIRouter
from pydantic import Field

from ticketing_common.middlewares.current_user import MaybeSignedIn
from ticketing_common.routing import Route
from ticketing_common.store.document import Model
from ticketing_common.types import AnyPrice, Moment
from ticketing_tickets.models.sale import Sales
from ticketing_tickets.models.ticket import Tickets
from ticketing_tickets.routes.states import State, state_of

router = APIRouter(route_class=Route)


class TicketState(Model):
    """`sold_for` is the order's price and `sold_at` when it was paid, where they are known, and
    whoever asks is the seller."""

    state: State
    sold_for: AnyPrice | None = Field(None, exclude_if=lambda price: price is None)
    sold_at: Moment | None = Field(None, exclude_if=lambda at: at is None)


@router.get("/api/tickets/{id}/state")
async def state(id: str, user: MaybeSignedIn, tickets: Tickets, sales: Sales) -> TicketState:
    ticket = await tickets.get(id)
    sale = await sales.find_id(ticket.order_id) if ticket.order_id else None
    selling = user is not None and user.id == ticket.user_id
    brought = {"sold_for": sale.price, "sold_at": sale.sold_at} if sale and selling else {}
    return TicketState(state=state_of(ticket, sale), **brought)
