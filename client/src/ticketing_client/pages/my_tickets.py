"""/tickets/mine : what the visitor sells, and how far each sale is."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from ticketing_client.models import Ticket
from ticketing_client.page import Page, attempt, wait_for

router = APIRouter()

CATCH_UP = 1.0  # seconds a ticket just listed may take to be among the seller's


@router.get("/tickets/mine")
async def mine(
    page: Page,
    listed: Annotated[str, Query()] = "",
    changed: Annotated[str, Query()] = "",
) -> HTMLResponse:
    page.require_session()

    def is_there(tickets: list[Ticket] | None) -> bool:
        return tickets is None or not listed or any(t.id == listed for t in tickets)

    account, tickets = await page.with_account(
        wait_for(lambda: attempt(page.api.my_tickets()), is_there, CATCH_UP)
    )
    by_id = {ticket.id: ticket for ticket in tickets or []}
    return page.render(
        "my_tickets.html",
        account,
        status=503 if tickets is None else 200,
        tickets=None if tickets is None else sorted(tickets, key=lambda t: t.id, reverse=True),
        listed=by_id.get(listed),
        changed=by_id.get(changed),
    )
