"""/orders : everything the visitor ordered."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ticketing_client.calls import Part
from ticketing_client.leafing import ROWS_A_PAGE, Cursor, leaf
from ticketing_client.models import Order
from ticketing_client.order_state import order_state
from ticketing_client.page import Page, attempt, optional

router = APIRouter()

STATES = {"": "All", "open": "Open", "complete": "Bought", "cancelled": "Ended"}


@router.get("/orders")
async def orders(page: Page, state: str = "", cursor: Cursor = "") -> HTMLResponse:
    page.require_session()
    state = state if state in STATES else ""

    def look(cursor: str) -> Awaitable[Part[Order]]:
        return page.api.orders(limit=ROWS_A_PAGE, state=state, cursor=cursor)

    account, (found, counts) = await page.with_account(
        asyncio.gather(
            attempt(leaf(look, cursor)),
            optional(page.api.order_counts()),
        )
    )
    listed = found.items if found else []
    now = datetime.now(UTC)
    deadlines = {order.id: page.deadline(order) for order in listed}
    # Their payments are not asked for, so a row says nothing of money but what the order does.
    rows = [
        (order, order_state(order, None, deadline=deadlines[order.id], now=now)) for order in listed
    ]
    return page.render(
        "orders.html",
        account,
        status=503 if found is None else 200,
        known=found is not None,
        deadlines=deadlines,
        waiting=[row for row in rows if row[1].can_pay],
        late=[row for row in rows if row[0].live and not row[1].can_pay],
        bought=[row for row in rows if row[0].status == "complete"],
        ended=[row for row in rows if not row[0].live and row[0].status != "complete"],
        counts=counts,
        states=STATES,
        state=state,
        cursor=cursor,
        next=found.next if found else None,
    )
