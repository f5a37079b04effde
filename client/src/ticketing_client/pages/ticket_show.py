"""/tickets/:id : one ticket, and the way to buy it."""

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ticketing_client.api import Account
from ticketing_client.models import Order, Ticket
from ticketing_client.page import Page, PageContext, attempt
from ticketing_client.transport import ApiRefusedError
from ticketing_common.types import Id

router = APIRouter()


@dataclass(frozen=True)
class Look:
    """A ticket as one visitor sees it; `order` is their own that holds the ticket, or bought it."""

    account: Account
    ticket: Ticket
    order: Order | None


@router.get("/tickets/{id}")
async def show(page: Page, id: Id) -> HTMLResponse:
    return await render_ticket(page, await look_at(page, id))


async def look_at(page: PageContext, id: str) -> Look:
    account, ticket, order = await asyncio.gather(
        page.api.account(), page.api.ticket(id), attempt(_own_order(page, id))
    )
    return Look(account, ticket, order)


async def render_ticket(
    page: PageContext, look: Look, *, problem: str | None = None, status: int = 200
) -> HTMLResponse:
    """The page for the ticket's seller, its buyer, or somebody else."""
    account, ticket = look.account, look.ticket
    selling = account.user is not None and account.user.id == ticket.user_id
    state = ticket.state
    if selling and not ticket.free:
        mine = await attempt(page.api.my_tickets()) or []
        state = next((each.state for each in mine if each.id == ticket.id), None)
    return page.render(
        "ticket_show.html",
        account,
        status=status,
        ticket=ticket,
        state=state,
        selling=selling,
        order=look.order,
        problem=problem,
    )


async def _own_order(page: PageContext, ticket_id: str) -> Order | None:
    if not page.api.has_session:
        return None
    try:
        orders = await page.api.orders()
    except ApiRefusedError:  # the session is over; the ticket is for everybody to see
        return None
    holding = (order for order in orders if order.ticket.id == ticket_id)
    return next((o for o in holding if o.status == "complete" or (o.live and not o.overdue)), None)
