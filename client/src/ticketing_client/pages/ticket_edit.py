"""/tickets/:id/edit : change a ticket nobody has reserved.

One that was taken down is on sale again then.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, Response

from ticketing_client.addresses import filled_in
from ticketing_client.api import Account
from ticketing_client.forms import FormErrors, refused, unanswered
from ticketing_client.models import Ticket
from ticketing_client.page import Page, PageContext
from ticketing_client.pages.ticket_show import sale_of
from ticketing_client.ticket_form import FIELDS_OF, FormNotUnderstoodError, TicketForm, is_as
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.types import Id

router = APIRouter()

CHANGED = (
    "This ticket has changed since you opened this form, so nothing is saved yet. "
    "Save again if it is to be as you have it here."
)


@router.get("/tickets/{id}/edit")
async def show(page: Page, id: Id, form: Annotated[TicketForm, Query()]) -> Response:
    """As it is, or as its address says, for who had to sign in again in between."""
    page.require_session(page.address)
    account, ticket = await page.with_account(page.api.ticket(id))
    return await render_form(page, account, ticket, form.over(TicketForm.of(ticket)), FormErrors())


@router.post("/tickets/{id}/edit")
async def edit(page: Page, id: Id, form: Annotated[TicketForm, Form()]) -> Response:
    page.require_session(filled_in(f"/tickets/{id}/edit", **form.typed()))
    try:
        body = form.understood()
        if form.was:
            _require_unchanged(await page.api.ticket(id), form.was, body)
        await page.api.update_ticket(id, body)
    except FormNotUnderstoodError as error:
        errors = error.errors
    except ApiRefusedError as error:
        if error.status not in (400, 429):
            raise
        errors = refused(error).at(FIELDS_OF)
    except ApiUnavailableError:
        errors = unanswered()
    else:
        return page.redirect(f"/tickets/mine?changed={id}")
    account, ticket = await page.with_account(page.api.ticket(id))
    saved = errors.status == 503 and is_as(ticket, form.understood())
    if saved or errors.status == 409:  # the page tells what it is now
        form = form.model_copy(update={"was": ticket.stands})
    return await render_form(page, account, ticket, form, errors)


def _require_unchanged(ticket: Ticket, was: str, body: Mapping[str, Any]) -> None:
    """A form that was open in a second tab is not to take back what another one has saved; what the
    same one has saved, sent twice, is no change."""
    if ticket.stands != was and not is_as(ticket, body):
        raise FormNotUnderstoodError(FormErrors([(CHANGED, None)], 409))


async def render_form(
    page: PageContext, account: Account, ticket: Ticket, form: TicketForm, errors: FormErrors
) -> HTMLResponse:
    stranger = account.user is not None and account.user.id != ticket.user_id
    told = None if stranger else await sale_of(page, ticket)
    return page.render(
        "ticket_edit.html",
        account,
        status=403 if stranger else errors.status,
        ticket=ticket,
        stranger=stranger,
        state=told.state if told else None,
        sold_for=told.sold_for if told else None,
        form=form,
        errors=errors,
    )
