"""/orders/:id : the time left, the payment, and how it ended."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from ticketing_client.api import Account
from ticketing_client.cards import DEFAULT, TEST_CARDS
from ticketing_client.models import Order, Payment
from ticketing_client.order_state import order_state
from ticketing_client.page import Page, PageContext, attempt
from ticketing_client.templating import milliseconds
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.types import Id

router = APIRouter()


@router.get("/orders/{id}")
async def show(page: Page, id: Id, card: str = DEFAULT) -> HTMLResponse:
    page.require_session()
    return await render_order(page, id, card=card)


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
    response = page.render("order_panel.html", Account(None), card=DEFAULT, **context)
    response.headers["X-Server-Now"] = str(milliseconds(context["now"]))
    return response


async def render_order(
    page: PageContext,
    id: str,
    *,
    card: str = DEFAULT,
    problem: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    account, context = await page.with_account(_context(page, id))
    return page.render(
        "order_show.html", account, status=status, card=card, problem=problem, **context
    )


async def _context(page: PageContext, id: str) -> dict[str, Any]:
    order, (payment, known) = await asyncio.gather(page.api.order(id), _payment(page, id))
    now = datetime.now(UTC)
    state = order_state(order, payment, payment_known=known, now=now)
    ticket = None
    if state.ended:
        with suppress(ApiRefusedError):  # a 404: nothing to order again
            ticket = await attempt(page.api.ticket(order.ticket.id))
        if ticket and not ticket.free and state.follow is None:
            state = replace(state, follow=1 if ticket.order_id == order.id else 10)
    return {
        "order": order,
        "payment": payment,
        "state": state,
        "deadline": _deadline(order, payment),
        "now": now,
        "ticket": ticket,
        "test_cards": TEST_CARDS,
        "bank_url": _bank_url(page.request.app.state.test_bank_url, payment),
    }


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


def _deadline(order: Order, payment: Payment | None) -> datetime:
    """Until when a payment can start, which is what the clock on the page counts down to."""
    return (payment and payment.payable_until) or order.expires_at


def _bank_url(template: str | None, payment: Payment | None) -> str | None:
    """Where the holder of a test card confirms this payment; a client secret begins with its id."""
    if template is None or payment is None or payment.client_secret is None:
        return None
    return template.replace("{intent}", payment.client_secret.partition("_secret_")[0])
