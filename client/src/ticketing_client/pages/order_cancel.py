"""POST /orders/:id/cancel : give the ticket back."""

from fastapi import APIRouter
from fastapi.responses import Response

from ticketing_client.page import Page, attempt, wait_for
from ticketing_client.pages.order_show import render_order
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.types import Id

router = APIRouter()

CATCH_UP = 1.0  # seconds the ticket may take to be free before the page follows it by itself
NO_ANSWER = "We got no answer in time. The order may be cancelled or not; this is how it looks now."


@router.post("/orders/{id}/cancel")
async def cancel(page: Page, id: Id) -> Response:
    page.require_session(f"/orders/{id}")
    try:
        await page.api.cancel_order(id)
    except ApiRefusedError as error:
        if error.status != 400:
            raise
        return await render_order(page, id, problem=error.message, status=400)
    except ApiUnavailableError:
        return await render_order(page, id, problem=NO_ANSWER, status=503)
    await attempt(_until_free(page, id))
    return page.redirect(f"/orders/{id}")


async def _until_free(page: Page, id: str) -> None:
    order = await page.api.order(id)
    await wait_for(lambda: page.api.ticket(order.ticket.id), lambda t: t.order_id != id, CATCH_UP)
