"""POST /tickets/:id/relist : put one's ticket up again, as it is."""

from fastapi import APIRouter
from fastapi.responses import Response

from ticketing_client.forms import FormErrors, refused, unanswered
from ticketing_client.page import Page
from ticketing_client.pages.ticket_edit import render_form
from ticketing_client.ticket_form import TicketForm
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.types import Id

router = APIRouter()

BEGUN = "The event has begun. If it is at another time, please say when."


@router.post("/tickets/{id}/relist")
async def relist(page: Page, id: Id) -> Response:
    page.require_session(f"/tickets/{id}")
    account, ticket = await page.with_account(page.api.ticket(id))
    errors = FormErrors([(BEGUN, "startsAt")], 400)
    if ticket.begun:
        return await render_form(page, account, ticket, TicketForm.of(ticket), errors)
    try:
        await page.api.update_ticket(id, {"title": ticket.title, "price": f"{ticket.price:f}"})
    except ApiRefusedError as error:
        if error.status not in (400, 429):
            raise
        errors = refused(error)  # by rules that are newer than the ticket, say
    except ApiUnavailableError:
        errors = unanswered()
    else:
        return page.redirect(f"/tickets/mine?listed={id}")
    return await render_form(page, account, ticket, TicketForm.of(ticket), errors)
