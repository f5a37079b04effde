"""/auth/signup : a new account."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from ticketing_client.forms import FormErrors, refused, unanswered
from ticketing_client.page import Page, local_path
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError

router = APIRouter()


@router.get("/auth/signup")
async def show(page: Page, next: str = "/") -> Response:
    account = await page.api.account()
    if account.user:
        return page.redirect(local_path(next))
    return page.render("signup.html", account, email="", next=local_path(next), errors=FormErrors())


@router.post("/auth/signup")
async def signup(
    page: Page,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    try:
        answer = await page.api.signup(email, password)
    except ApiRefusedError as error:
        return await _again(page, email, next, refused(error))
    except ApiUnavailableError:
        return await _again(page, email, next, unanswered())
    return page.redirect(local_path(next), cookies_of=answer)


async def _again(page: Page, email: str, next: str, errors: FormErrors) -> HTMLResponse:
    return page.render(
        "signup.html",
        await page.api.account(),
        status=errors.status,
        email=email,
        next=local_path(next),
        errors=errors,
    )
