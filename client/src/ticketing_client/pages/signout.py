"""/auth/signout : out of the account. Only a form of ours does it, never a mere link."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from ticketing_client.page import Page

router = APIRouter()


@router.get("/auth/signout")
async def show(page: Page) -> HTMLResponse:
    return page.render("signout.html", await page.api.account())


@router.post("/auth/signout")
async def signout(page: Page) -> Response:
    return page.redirect("/", cookies_of=await page.api.signout())
