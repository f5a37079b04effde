"""/auth/signin : back into an account."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from ticketing_client.forms import refused, unanswered
from ticketing_client.page import Page
from ticketing_client.pages import account_forms
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError

router = APIRouter()

TEMPLATE = "signin.html"


@router.get("/auth/signin")
async def show(page: Page, next: str = "/") -> Response:
    return await account_forms.show(page, TEMPLATE, next)


@router.post("/auth/signin")
async def signin(
    page: Page,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    try:
        answer = await page.api.signin(email, password)
    except ApiRefusedError as error:
        return await account_forms.form(page, TEMPLATE, email, next, refused(error))
    except ApiUnavailableError:
        return await account_forms.form(page, TEMPLATE, email, next, unanswered())
    return await account_forms.welcome(page, next, answer)
