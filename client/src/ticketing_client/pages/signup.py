"""/auth/signup : a new account."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from ticketing_client.forms import refused, unanswered
from ticketing_client.page import Page
from ticketing_client.pages import account_forms
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError

router = APIRouter()

TEMPLATE = "signup.html"
IN_USE = "Email in use"  # the API's words, which are of no field there


@router.get("/auth/signup")
async def show(page: Page, next: str = "/") -> Response:
    return await account_forms.show(page, TEMPLATE, next)


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
        errors = refused(error).at({IN_USE: "email"})
        return await account_forms.form(page, TEMPLATE, email, next, errors)
    except ApiUnavailableError:
        return await account_forms.form(page, TEMPLATE, email, next, unanswered())
    return await account_forms.welcome(page, next, answer)
