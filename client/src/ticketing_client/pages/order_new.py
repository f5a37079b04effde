"""POST /orders : reserve a ticket."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from ticketing_client.models import Order
from ticketing_client.page import Page, PageContext, attempt, wait_for
from ticketing_client.pages.ticket_show import own_order, render_ticket
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.types import Id

router = APIRouter()

CATCH_UP = 2.0  # seconds orders may take to hear of a ticket that tickets already shows
CONFIRM = 1.0  # seconds tickets may take to confirm a reservation before the page says so itself

TAKEN = "Somebody was faster: this ticket has just been reserved. You were not charged."
NO_ANSWER = (
    "We got no answer in time. The ticket may be reserved for you already: "
    "please look at My Orders before you try again. You were not charged."
)


@router.post("/orders")
async def reserve(page: Page, ticket_id: Annotated[Id, Form(alias="ticketId")]) -> Response:
    page.require_session(f"/tickets/{ticket_id}")
    try:
        order = await _order(page, ticket_id)
    except ApiRefusedError as error:
        if error.status != 400:
            raise
        held = await attempt(own_order(page, ticket_id))  # a second click, or an old tab
        if held is None:
            return await render_ticket(page, ticket_id, problem=TAKEN, status=409)
        return page.redirect(f"/orders/{held.id}")
    except ApiUnavailableError:
        held = await attempt(own_order(page, ticket_id))
        if held is None:
            return await render_ticket(page, ticket_id, problem=NO_ANSWER, status=503)
        return page.redirect(f"/orders/{held.id}")
    await attempt(
        wait_for(lambda: page.api.order(order.id), lambda o: o.status != "created", CONFIRM)
    )
    return page.redirect(f"/orders/{order.id}")


async def _order(page: PageContext, ticket_id: str) -> Order:
    """Order the ticket, waiting for orders to hear of it where it is new."""

    async def once() -> Order | ApiRefusedError:
        try:
            return await page.api.create_order(ticket_id)
        except ApiRefusedError as error:
            if error.status != 404:
                raise
            await page.api.ticket(ticket_id)  # raises the 404 of a ticket that nobody knows
            return error

    outcome = await wait_for(once, lambda seen: isinstance(seen, Order), CATCH_UP)
    if isinstance(outcome, ApiRefusedError):
        raise ApiUnavailableError("orders does not know the ticket yet") from outcome
    return outcome
