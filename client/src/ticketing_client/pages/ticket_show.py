"""/tickets/:id : one ticket, and the way to buy it."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ticketing_client.models import Order
from ticketing_client.page import Page, PageContext, attempt
from ticketing_client.transport import ApiRefusedError
from ticketing_common.types import Id

router = APIRouter()


@router.get("/tickets/{id}")
async def show(page: Page, id: Id) -> HTMLResponse:
    return await render_ticket(page, id)


async def render_ticket(
    page: PageContext, id: str, *, problem: str | None = None, status: int = 200
) -> HTMLResponse:
    """The ticket as this visitor sees it: its seller, its buyer, or somebody else."""
    account, ticket, order = await asyncio.gather(
        page.api.account(), page.api.ticket(id), attempt(own_order(page, id))
    )
    selling = account.user is not None and account.user.id == ticket.user_id
    state = ticket.state
    if selling and not ticket.free:
        mine = await attempt(page.api.my_tickets()) or []
        state = next((each.state for each in mine if each.id == id), None)
    return page.render(
        "ticket_show.html",
        account,
        status=status,
        ticket=ticket,
        state=state,
        selling=selling,
        order=order,
        problem=problem,
    )


async def own_order(page: PageContext, ticket_id: str) -> Order | None:
    """The visitor's own order that holds the ticket, or bought it."""
    if not page.api.has_session:
        return None
    try:
        orders = await page.api.orders()
    except ApiRefusedError:  # the session is over; the ticket is for everybody to see
        return None
    holding = (order for order in orders if order.ticket.id == ticket_id)
    return next((o for o in holding if o.status == "complete" or (o.live and not o.overdue)), None)
