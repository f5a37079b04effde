"""/tickets/new : list a ticket for sale."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from ticketing_client.api import Account
from ticketing_client.forms import FormErrors, refused, unanswered
from ticketing_client.page import Page
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError

router = APIRouter()

MAYBE_LISTED = (
    "We got no answer in time. Your ticket may be listed already: "
    "please look at My Tickets before you try again."
)


@router.get("/tickets/new")
async def show(page: Page) -> Response:
    page.require_session()
    account = await page.signed_in_account()
    return _form(page, account, "", "", FormErrors())


@router.post("/tickets/new")
async def list_ticket(
    page: Page, title: Annotated[str, Form()] = "", price: Annotated[str, Form()] = ""
) -> Response:
    page.require_session()
    try:
        ticket = await page.api.create_ticket(title, price)
    except ApiRefusedError as error:
        if error.status == 401:
            raise
        return _form(page, await page.api.account(), title, price, refused(error))
    except ApiUnavailableError:
        return _form(page, await page.api.account(), title, price, unanswered(MAYBE_LISTED))
    return page.redirect(f"/tickets/mine?listed={ticket.id}")


def _form(page: Page, account: Account, title: str, price: str, errors: FormErrors) -> HTMLResponse:
    return page.render(
        "ticket_new.html", account, status=errors.status, title=title, price=price, errors=errors
    )
