"""/tickets/new : list a ticket for sale."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, Response

from ticketing_client.addresses import filled_in
from ticketing_client.api import Account
from ticketing_client.forms import FormErrors, refused, unanswered
from ticketing_client.page import Page
from ticketing_client.ticket_form import FIELDS_OF, FormNotUnderstoodError, TicketForm
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError

router = APIRouter()

MAYBE_LISTED = (
    "We got no answer in time. Your ticket may be listed already: "
    "please look at My Listings before you try again."
)


@router.get("/tickets/new")
async def show(page: Page, form: Annotated[TicketForm, Query()]) -> Response:
    """Filled in by what its address says, for who had to sign in again in between."""
    page.require_session(page.address)
    return _form(page, await page.signed_in_account(), form, FormErrors())


@router.post("/tickets/new")
async def list_ticket(page: Page, form: Annotated[TicketForm, Form()]) -> Response:
    page.require_session(filled_in("/tickets/new", **form.typed()))
    try:
        ticket = await page.api.create_ticket(form.understood())
    except FormNotUnderstoodError as error:
        return _form(page, await page.api.account(), form, error.errors)
    except ApiRefusedError as error:
        if error.status == 401:
            raise
        return _form(page, await page.api.account(), form, refused(error).at(FIELDS_OF))
    except ApiUnavailableError:
        return _form(page, await page.api.account(), form, unanswered(MAYBE_LISTED))
    return page.redirect(f"/tickets/mine?listed={ticket.id}")


def _form(page: Page, account: Account, form: TicketForm, errors: FormErrors) -> HTMLResponse:
    return page.render("ticket_new.html", account, status=errors.status, form=form, errors=errors)
