"""/tickets/:id/edit : change a ticket nobody has reserved."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from ticketing_client.api import Account
from ticketing_client.forms import FormErrors, refused, unanswered
from ticketing_client.models import Ticket
from ticketing_client.page import Page
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.types import Id

router = APIRouter()


@router.get("/tickets/{id}/edit")
async def show(page: Page, id: Id) -> Response:
    page.require_session()
    account, ticket = await page.with_account(page.api.ticket(id))
    return _form(page, account, ticket, ticket.title, f"{ticket.price:.2f}", FormErrors())


@router.post("/tickets/{id}/edit")
async def edit(
    page: Page, id: Id, title: Annotated[str, Form()] = "", price: Annotated[str, Form()] = ""
) -> Response:
    page.require_session(f"/tickets/{id}/edit")
    try:
        await page.api.update_ticket(id, title, price)
    except ApiRefusedError as error:
        if error.status != 400:
            raise
        errors = refused(error)
    except ApiUnavailableError:
        errors = unanswered()
    else:
        return page.redirect(f"/tickets/mine?changed={id}")
    account, ticket = await page.with_account(page.api.ticket(id))
    return _form(page, account, ticket, title, price, errors)


def _form(
    page: Page, account: Account, ticket: Ticket, title: str, price: str, errors: FormErrors
) -> HTMLResponse:
    stranger = account.user is not None and account.user.id != ticket.user_id
    return page.render(
        "ticket_edit.html",
        account,
        status=403 if stranger else errors.status,
        ticket=ticket,
        stranger=stranger,
        title=title,
        price=price,
        errors=errors,
    )
