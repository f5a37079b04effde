"""/tickets/mine : what the visitor sells, and how far each sale is."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from ticketing_client.calls import Part
from ticketing_client.leafing import CURSOR, ROWS_A_PAGE, Cursor, leaf
from ticketing_client.models import Ticket
from ticketing_client.page import Page, attempt, optional, wait_for

router = APIRouter()

CATCH_UP = 1.0  # seconds a ticket just listed may take to be among the seller's
STATES = {
    "": "All",
    "listed": "On sale",
    "reserved": "Reserved",
    "sold": "Sold",
    "withdrawn": "Taken down",
}


@router.get("/tickets/mine")
async def mine(
    page: Page,
    listed: Annotated[str, Query()] = "",
    changed: Annotated[str, Query()] = "",
    state: str = "",
    cursor: Cursor = "",
) -> HTMLResponse:
    page.require_session()
    state = state if state in STATES else ""

    def is_there(tickets: Part[Ticket] | None) -> bool:
        return tickets is None or not listed or any(t.id == listed for t in tickets.items)

    def part_at(cursor: str) -> Awaitable[Part[Ticket]]:
        return page.api.my_tickets(limit=ROWS_A_PAGE, state=state, cursor=cursor)

    def look() -> asyncio.Future[Part[Ticket] | None]:
        return asyncio.ensure_future(attempt(leaf(part_at, cursor)))

    account, (tickets, counts, news) = await page.with_account(
        asyncio.gather(
            wait_for(look, is_there, CATCH_UP),
            optional(page.api.my_ticket_counts()),
            _told(page, changed or listed),
        )
    )
    # Anybody can follow a link that names another's ticket, which they neither listed nor saved.
    is_own = news and (
        (account.user and news.user_id == account.user.id)
        or any(each.id == news.id for each in (tickets.items if tickets else ()))
    )
    own = news if is_own else None
    earned = counts.pop("earned", None) if counts else None
    return page.render(
        "my_tickets.html",
        account,
        status=503 if tickets is None else 200,
        tickets=tickets,
        counts=counts,
        earned=earned,
        states=STATES,
        state=state,
        cursor=cursor,
        listed=own if listed else None,
        changed=own if changed else None,
    )


async def _told(page: Page, id: str) -> Ticket | None:
    """The ticket that a notice is about, whichever page it is on."""
    return await optional(page.api.ticket(id)) if CURSOR.fullmatch(id) else None
