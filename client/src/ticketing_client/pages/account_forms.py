"""What signing in and signing up have in common: the form, and where they lead."""

import httpx
from fastapi.responses import HTMLResponse, Response

from ticketing_client.addresses import local_path
from ticketing_client.api import Account
from ticketing_client.forms import FormErrors
from ticketing_client.models import Ticket
from ticketing_client.page import PageContext, attempt, set_cookies
from ticketing_client.pages.order_new import reserve_ticket
from ticketing_client.purchase import Purchase, begun, forget
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError

NO_ERRORS = FormErrors()


async def show(page: PageContext, template: str, next: str) -> Response:
    """The empty form; who is signed in already goes on."""
    account = await page.api.account()
    if account.user:
        return page.redirect(local_path(next))
    return await form(page, template, "", next, NO_ERRORS, account)


async def form(
    page: PageContext,
    template: str,
    email: str,
    next: str,
    errors: FormErrors,
    account: Account | None = None,
) -> HTMLResponse:
    back = local_path(next)
    purchase = begun(page.request, back)
    ticket = await _ticket(page, purchase) if purchase else None
    return page.render(
        template,
        account or await page.api.account(),
        status=errors.status,
        email=email,
        next=back,
        errors=errors,
        purchase=ticket and purchase,
        ticket=ticket,
    )


async def welcome(page: PageContext, next: str, answer: httpx.Response) -> Response:
    """On to where they were going; who was about to buy has the ticket reserved on the way."""
    back = local_path(next)
    purchase = begun(page.request, back)
    if purchase is None:
        return page.redirect(back, cookies_of=answer)
    page.api = page.api.signed_in(answer)
    try:
        response = await reserve_ticket(page, purchase)
    except (ApiRefusedError, ApiUnavailableError):
        response = page.redirect(back)  # whose page tells how it is now
    set_cookies(response, answer)
    forget(page.request, response)
    return response


async def _ticket(page: PageContext, purchase: Purchase) -> Ticket | None:
    """The ticket, while it can be had as it was seen: of any other nothing is promised."""
    try:
        ticket = await attempt(page.api.ticket(purchase.ticket_id))
    except ApiRefusedError:
        return None
    if ticket is None or not ticket.can_be_bought:
        return None
    as_seen = ticket.price == purchase.amount and purchase.seen in (None, ticket.seen)
    return ticket if as_seen else None
