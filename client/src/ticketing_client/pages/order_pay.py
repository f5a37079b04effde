"""POST /orders/:id/pay : pay for an order, and never leave in doubt whether money was taken."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Header
from fastapi.responses import Response

from ticketing_client.cards import is_test_card
from ticketing_client.page import Page, PageContext, attempt, wait_for
from ticketing_client.pages.order_show import render_order
from ticketing_client.payments_under_way import PaymentsUnderWay
from ticketing_client.problems import NotTheBuyerError
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.types import Id

router = APIRouter()

NO_CARD = "Please choose a card, or fill in its number, before you pay."

LONGEST_WAIT = 20  # seconds a script may ask us to wait for a payment
COMPLETION = 2.0  # seconds orders may take to complete before the page follows it by itself


@router.post("/orders/{id}/pay")
async def pay(
    page: Page,
    id: Id,
    token: Annotated[str, Form()] = "",
    prefer: Annotated[str, Header()] = "",
) -> Response:
    page.require_session(f"/orders/{id}")
    if not token:
        return await render_order(page, id, problem=NO_CARD, status=400)
    under_way: PaymentsUnderWay = page.request.app.state.payments
    kept = f"?card={token}" if is_test_card(token) else ""
    try:
        finished = await under_way.start(page.api, id, token, _patience(prefer))
    except ApiRefusedError as error:
        if error.status == 429:  # too many cards were declined
            problem = f"{error.message}. This card was not charged."
            return await render_order(
                page, id, card=token, problem=problem, status=429, retry_after=error.retry_after
            )
        if error.status in (401, 403):
            raise NotTheBuyerError(f"/orders/{id}") from error
        if error.status != 400:
            raise
        if not error.client_secret and not await _page_tells(page, id, error.message):
            return await render_order(page, id, card=token, problem=error.message, status=400)
        reason = "" if error.client_secret else "#decline"
        return page.redirect(f"/orders/{id}{kept}{reason}")
    except ApiUnavailableError:
        return page.redirect(f"/orders/{id}{kept}")  # whose page knows how far the payment is
    if finished:
        await attempt(
            wait_for(lambda: page.api.order(id), lambda o: o.status == "complete", COMPLETION)
        )
    return page.redirect(f"/orders/{id}")


async def _page_tells(page: PageContext, id: str, message: str) -> bool:
    """Whether the order's page will say why by itself, so that it can be reloaded safely."""
    try:
        payment = await attempt(page.api.payment(id))
    except ApiRefusedError:
        return False
    return payment is not None and (payment.message == message or payment.status != "none")


def _patience(prefer: str) -> float | None:
    """The seconds of `Prefer: wait=15` (RFC 7240)."""
    asked = re.fullmatch(r"wait=(\d{1,3})", prefer.strip())
    return min(int(asked[1]), LONGEST_WAIT) if asked else None
