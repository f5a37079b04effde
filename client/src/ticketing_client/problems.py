"""The pages for when something is missing, refused, or does not answer."""

import logging
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticketing_client.addresses import sign_in_address
from ticketing_client.api import Account
from ticketing_client.page import PageContext, SignInFirst
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.errors import NotFoundError
from ticketing_common.middlewares.error_handler import error_response

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    status: int
    title: str
    text: str


NOT_FOUND = Problem(404, "There is nothing here", "The page may have moved, or never existed.")
NOT_YOURS = Problem(403, "This belongs to somebody else", "Only its owner can see or change it.")
NOT_YOUR_DOING = Problem(403, NOT_YOURS.title, "Only its owner can do that.")  # who all may see it
UNAVAILABLE = Problem(
    503,
    "We are not getting an answer",
    "A part of the shop does not answer at the moment. Reservations and payments already made "
    "are safe. Please try again in a moment.",
)
BROKEN = Problem(
    500,
    "Something went wrong on our side",
    "It is not your fault, and we have noted it. If you were paying, please look at your order "
    "under My Orders before you pay again: it says what became of the payment.",
)


class NotTheBuyerError(Exception):
    """Somebody paid for an order that is not theirs; `order` is its page."""

    def __init__(self, order: str) -> None:
        super().__init__(order)
        self.order = order


def handle(app: FastAPI) -> None:
    """Every error becomes a page that says what still works."""
    app.add_exception_handler(SignInFirst, _sign_in)
    app.add_exception_handler(ApiRefusedError, _refused)
    app.add_exception_handler(NotTheBuyerError, _not_the_buyer)
    app.add_exception_handler(ApiUnavailableError, _unavailable)
    app.add_exception_handler(RequestValidationError, _not_found)
    app.add_exception_handler(HTTPException, _http)


class FailedPages:
    """The last resort: what nobody expected is logged in full, and told without details."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def remember(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, remember)
        except Exception:
            if started:
                raise
            logger.exception("page failed", extra={"path": scope["path"]})
            page = _page(Request(scope, receive), BROKEN, Account(None, known=False))
            await page(scope, receive, send)


async def _sign_in(_: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFirst)  # noqa: S101 - what it is registered for
    return PageContext.redirect(sign_in_address(error.back))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiRefusedError)  # noqa: S101 - what it is registered for
    page = PageContext(request)
    account = await page.api.account()
    if error.status == 401:
        if account.known and account.user is None:
            return await _sign_in(request, SignInFirst(page.back))
        seeing = request.method in ("GET", "HEAD")
        return _page(request, NOT_YOURS if seeing else NOT_YOUR_DOING, account)
    if error.status == 404:
        return _page(request, NOT_FOUND, account)
    return _page(request, Problem(error.status, "That did not work", error.message), account)


async def _not_the_buyer(request: Request, error: Exception) -> Response:
    """The session has ended, or belongs to another account: of a second tab, most likely."""
    assert isinstance(error, NotTheBuyerError)  # noqa: S101 - what it is registered for
    account = await PageContext(request).api.account()
    if account.known and account.user is None:
        return await _sign_in(request, SignInFirst(error.order))
    who = f"as {account.user.email}" if account.user else "with another account"
    text = (
        f"You are signed in {who}, and this order is not of that account. Nothing was charged by "
        "this try. Sign out, and sign in as the buyer to pay."
    )
    return _page(request, Problem(403, NOT_YOURS.title, text), account)


async def _unavailable(request: Request, error: Exception) -> Response:
    logger.warning("the API does not answer", extra={"reason": str(error)})
    response = _page(request, UNAVAILABLE, Account(None, known=False))
    response.headers["Retry-After"] = "2"
    return response


async def _not_found(request: Request, _: Exception) -> Response:
    return _page(request, NOT_FOUND, await PageContext(request).api.account())


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    if request.scope["path"].startswith("/api/"):  # of no service: the ingress leaves us the rest
        return error_response(NotFoundError())
    if error.status_code in (404, 405):
        return await _not_found(request, error)
    problem = Problem(error.status_code, "That did not work", "The request can't be understood.")
    return _page(request, problem, await PageContext(request).api.account())


def _page(request: Request, problem: Problem, account: Account) -> Response:
    return PageContext(request).render(
        "problem.html", account, status=problem.status, problem=problem
    )
