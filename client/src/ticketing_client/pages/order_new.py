"""POST /orders : reserve a ticket."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from ticketing_client.models import Order
from ticketing_client.page import Page, PageContext, attempt, wait_for
from ticketing_client.pages.ticket_show import look_at, render_ticket
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.types import Id

router = APIRouter()

CATCH_UP = 1.5  # seconds orders may take to hear of a ticket that tickets already shows
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
        return await _reserved_already(page, ticket_id, TAKEN, 409)
    except ApiUnavailableError:
        return await _reserved_already(page, ticket_id, NO_ANSWER, 503)
    await attempt(
        wait_for(lambda: page.api.order(order.id), lambda o: o.status != "created", CONFIRM)
    )
    return page.redirect(f"/orders/{order.id}")


async def _reserved_already(
    page: PageContext, ticket_id: str, problem: str, status: int
) -> Response:
    """By this visitor, with a second click or in an old tab: to that order. Else the problem."""
    look = await look_at(page, ticket_id)
    if look.order is None:
        return await render_ticket(page, look, problem=problem, status=status)
    return page.redirect(f"/orders/{look.order.id}")


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
