"""POST /orders : reserve a ticket."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from ticketing_client.addresses import sign_in_address
from ticketing_client.models import Order, Ticket
from ticketing_client.page import Page, PageContext, attempt, wait_for
from ticketing_client.pages.ticket_show import Look, look_at, render_ticket
from ticketing_client.purchase import Purchase
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.types import Id

router = APIRouter()

CATCH_UP = 1.0  # seconds for orders to hear of a ticket; asked last, it waits on its own
CONFIRM = 1.0  # seconds tickets may take to confirm a reservation before the page says so itself

PRICE_CHANGED = (
    "The price has changed since you looked: please check it before you go on. "
    "Nothing is reserved, and you were not charged."
)
CHANGED = (
    "The seller has changed this ticket since you looked: please check what it is for before you "
    "go on. Nothing is reserved, and you were not charged."
)
TAKEN = "Somebody was faster: this ticket has just been reserved. You were not charged."
SOLD = "Somebody was faster: this ticket is sold. You were not charged."
GONE = "Somebody was faster: this ticket is not on sale any more. You were not charged."
DOWN = "The seller has taken this ticket down. Nothing is reserved, and you were not charged."
BEGUN = "The event has begun, so it is too late to buy. You were not charged."
NO_ANSWER = (
    "We got no answer in time. The ticket may be reserved for you already: "
    "please look at My Orders before you try again. You were not charged."
)


@router.post("/orders")
async def reserve(
    page: Page,
    ticket_id: Annotated[Id, Form(alias="ticketId")],
    price: Annotated[str, Form()] = "",
    seen: Annotated[str | None, Form(pattern="^[0-9a-f]{16}$")] = None,
) -> Response:
    purchase = Purchase(ticket_id, price, seen)
    if not page.api.has_session:
        return _sign_in_first(page, purchase)
    try:
        return await reserve_ticket(page, purchase)
    except ApiRefusedError as error:
        if error.status != 401:
            raise
        return _sign_in_first(page, purchase)  # the session has ended


async def reserve_ticket(page: PageContext, purchase: Purchase) -> Response:
    """To the order, or to the ticket's page that says why there is none.

    Raises `ApiRefusedError` where there is no such ticket, or no good session.
    """
    ticket_id = purchase.ticket_id
    ticket = await attempt(page.api.ticket(ticket_id)) if purchase.seen else None
    if ticket and ticket.seen != purchase.seen:
        return await _reserved_already(page, ticket_id, CHANGED, 409)
    try:
        order = await _order(page, purchase, ticket.version if ticket else None)
    except ApiRefusedError as error:
        if _of_another_price(error):
            return await _reserved_already(page, ticket_id, PRICE_CHANGED, 409)
        if error.status == 429:
            return await _reserved_already(page, ticket_id, f"{error.message}.", 429)
        if error.status != 400:
            raise
        return await _reserved_already(page, ticket_id, TAKEN, 409)
    except ApiUnavailableError:
        return await _reserved_already(page, ticket_id, NO_ANSWER, 503)
    await attempt(
        wait_for(lambda: page.api.order(order.id), lambda o: o.status != "created", CONFIRM)
    )
    return page.redirect(f"/orders/{order.id}")


def _sign_in_first(page: PageContext, purchase: Purchase) -> Response:
    response = page.redirect(sign_in_address(purchase.page))
    purchase.keep(page.request, response)
    return response


async def _reserved_already(
    page: PageContext, ticket_id: str, problem: str, status: int
) -> Response:
    """By this visitor, with a second click or in an old tab: to that order. Else the problem."""
    look = await look_at(page, ticket_id)
    if look.order is None:
        return render_ticket(page, look, problem=_as_it_is(problem, look), status=status)
    return page.redirect(f"/orders/{look.order.id}")


def _as_it_is(problem: str, look: Look) -> str:
    """The problem; why the ticket is not to be had, where orders says only that it is not."""
    if problem is CHANGED and look.ticket.can_be_bought:
        return CHANGED
    if problem not in (TAKEN, CHANGED):
        return problem
    if look.ticket.free:
        return DOWN if look.ticket.withdrawn else BEGUN if look.ticket.begun else TAKEN
    if not look.order_known:
        return NO_ANSWER  # it may be theirs, by another click
    return {"sold": SOLD, "reserved": TAKEN}.get(look.state or "", GONE)


async def _order(page: PageContext, purchase: Purchase, version: int | None) -> Order:
    """Order the ticket, waiting for orders to hear of it, of what has been changed, or that it is
    on sale again, where that is new."""
    ticket_id, price = purchase.ticket_id, purchase.price

    async def once() -> Order | ApiRefusedError:
        try:
            return await page.api.create_order(ticket_id, price, version)
        except ApiRefusedError as error:
            if error.status not in (400, 404):
                raise
            ticket = await page.api.ticket(ticket_id)  # raises the 404 of one that nobody knows
            if error.status == 400 and not _is_late(error, ticket, price):
                raise
            return error

    outcome = await wait_for(once, lambda seen: isinstance(seen, Order), CATCH_UP)
    if isinstance(outcome, ApiRefusedError):
        if outcome.status == 400 and not _of_another_price(outcome):
            raise outcome
        raise ApiUnavailableError("orders does not know the ticket as it is yet") from outcome
    return outcome


def _is_late(error: ApiRefusedError, ticket: Ticket, price: str) -> bool:
    """Whether orders will say otherwise once it has heard what tickets knows."""
    if _of_another_price(error):
        return str(ticket.price) == price
    return ticket.can_be_bought


def _of_another_price(error: ApiRefusedError) -> bool:
    return error.status == 400 and any(field == "price" for _, field in error.errors)
