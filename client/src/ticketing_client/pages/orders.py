"""/orders : everything the visitor ordered."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ticketing_client.order_state import present
from ticketing_client.page import Page, attempt

router = APIRouter()


@router.get("/orders")
async def orders(page: Page) -> HTMLResponse:
    page.require_session()
    account, found = await page.with_account(attempt(page.api.orders()))
    newest_first = sorted(found or [], key=lambda order: order.id, reverse=True)
    rows = [(order, present(order)) for order in newest_first]
    return page.render(
        "orders.html",
        account,
        status=503 if found is None else 200,
        known=found is not None,
        waiting=[row for row in rows if row[1].can_pay],
        past=[row for row in rows if not row[1].can_pay],
    )
