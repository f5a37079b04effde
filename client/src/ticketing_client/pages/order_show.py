"""/orders/:id : the time left, the payment, and how it ended."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from ticketing_client.api import Account
from ticketing_client.cards import DEFAULT, TEST_CARDS
from ticketing_client.models import Order, Payment, Ticket
from ticketing_client.order_again import Again, order_again
from ticketing_client.order_state import money_in_flight, order_state
from ticketing_client.order_states import OrderState
from ticketing_client.page import Page, PageContext, optional
from ticketing_client.pages.ticket_show import own_order
from ticketing_client.payments_under_way import PaymentsUnderWay
from ticketing_client.templating import milliseconds
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.types import Id

router = APIRouter()

SLOWLY = 3  # seconds at least from one look without script to the next


@router.get("/orders/{id}")
async def show(page: Page, id: Id, card: str = DEFAULT, another: str = "") -> HTMLResponse:
    """`another` is for who wants to use another card in place of a confirmation by the bank."""
    page.require_session()
    return await render_order(page, id, card=card, another=bool(another))


@router.get("/orders/{id}/pay")
@router.get("/orders/{id}/cancel")
async def forms_address(page: Page, id: Id) -> RedirectResponse:
    """Whoever asks again for what a form led to is at the order."""
    return page.redirect(f"/orders/{id}")


@router.get("/orders/{id}/panel")
async def panel(page: Page, id: Id) -> HTMLResponse:
    """The part of the page that changes; the page's script asks for it again and again."""
    page.require_session(f"/orders/{id}")
    context = await _context(page, id)
    response = page.render(
        "order_panel.html", Account(None), card=DEFAULT, another=False, **context
    )
    response.headers["X-Server-Now"] = str(milliseconds(context["now"]))
    return response


async def render_order(
    page: PageContext,
    id: str,
    *,
    card: str = DEFAULT,
    another: bool = False,
    problem: str | None = None,
    status: int = 200,
    retry_after: str | None = None,
) -> HTMLResponse:
    account, context = await page.with_account(_context(page, id))
    context |= {"card": card, "another": another, "problem": problem}
    context["looks_again"] = None if another else _looks_again(context["state"])
    response = page.render("order_show.html", account, status=status, **context)
    if retry_after:
        response.headers["Retry-After"] = retry_after
    return response


async def _context(page: PageContext, id: str) -> dict[str, Any]:
    payments: PaymentsUnderWay = page.request.app.state.payments
    in_flight = payments.under_way(page.api, id)
    order, (payment, known) = await asyncio.gather(page.api.order(id), _payment(page, id))
    deadline, now = page.deadline(order, payment), datetime.now(UTC)
    state = order_state(
        order, payment, payment_known=known, in_flight=in_flight, deadline=deadline, now=now
    )
    ticket, own, again = await _again(page, order) if state.ended else (None, None, None)
    if again and state.follow is None:
        state = replace(state, follow=again.follow)
    return {
        "order": order,
        "payment": payment,
        "state": state,
        "money_in_flight": money_in_flight(order, payment),
        "deadline": deadline,
        "now": now,
        "ticket": ticket,
        "own": own,
        "again": again,
        "test_cards": TEST_CARDS,
        "bank_url": _bank_url(page.request.app.state.test_bank_url, payment),
    }


async def _again(
    page: PageContext, ended: Order
) -> tuple[Ticket | None, Order | None, Again | None]:
    """The ticket of an ended order, the visitor's own order that has it now, and what to say."""
    ticket = await optional(page.api.ticket(ended.ticket.id))
    if ticket is None:
        return None, None, None
    own, known, told = None, True, None
    if ticket.order_id not in (None, ended.id):
        (own, known), told = await asyncio.gather(
            own_order(page, ticket.id), optional(page.api.ticket_state(ticket.id))
        )
    sale = told.state if told else None
    return ticket, own, order_again(ticket, ended, own=own, own_known=known, sale=sale)


def _looks_again(state: OrderState) -> float | None:
    """After how many seconds a page without script should; None where that would disturb a form.

    Only the one that waits for the bank has both, and a way to stop it.
    """
    if state.follow is None or (state.can_cancel and state.name != "confirm"):
        return None
    return max(state.follow, SLOWLY)


async def _payment(page: PageContext, id: str) -> tuple[Payment | None, bool]:
    """The order's payment, and whether that is known; a 404 means payments has not heard of it."""
    try:
        return await page.api.payment(id), True
    except ApiRefusedError as error:
        if error.status != 404:
            raise
        return None, True
    except ApiUnavailableError:
        return None, False


def _bank_url(template: str | None, payment: Payment | None) -> str | None:
    """Where the holder of a test card confirms this payment; a client secret begins with its id."""
    if template is None or payment is None or payment.client_secret is None:
        return None
    return template.replace("{intent}", payment.client_secret.partition("_secret_")[0])
