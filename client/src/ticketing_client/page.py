"""What every page module works with: the visitor's API, and the ways to answer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

import httpx
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment

from ticketing_client.addresses import LONGEST_ADDRESS, local_path, path_and_query
from ticketing_client.api import Account, Api, VisitorApi
from ticketing_client.models import Order, Payment
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.middlewares.scheme import over_https

T = TypeVar("T")


class SignInFirst(Exception):  # noqa: N818 - an answer rather than an error
    """The page is for signed-in visitors; `back` is where they go afterwards."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


class PageContext:
    """One request for a page. Pages await `account` together with what else they need."""

    def __init__(self, request: Request) -> None:
        api: Api = request.app.state.api
        self.request = request
        self.api: VisitorApi = api.on_behalf_of(request)
        self.templates: Environment = request.app.state.templates

    @property
    def address(self) -> str:
        """Where to try again: this page, or the one whose form was sent."""
        if self.request.method != "GET":
            return local_path(path_and_query(self.request.headers.get("referer", "")))
        path = local_path(self.path)
        query = self.request.scope["query_string"].decode("latin-1")
        return local_path(f"{self.path}?{query}", otherwise=path) if query else path

    @property
    def back(self) -> str:
        """Where to go on after signing in."""
        back: str | None = getattr(self.request.state, "back", None)
        return back or self.address

    @property
    def origin(self) -> str:
        """The site's own, as its visitor sees it: for addresses that are read elsewhere."""
        headers = self.request.headers
        forwarded = headers.get("x-forwarded-host", "").partition(",")[0].strip()
        host = forwarded or headers.get("host") or self.request.url.netloc  # HTTP/1.0 needs none
        return f"{'https' if over_https(self.request) else 'http'}://{host}"

    @property
    def path(self) -> str:
        return str(self.request.scope["path"])

    def deadline(self, order: Order, payment: Payment | None = None) -> datetime:
        """The last moment at which a payment may start: what payments says, by the same clockwork
        where it was not asked."""
        cutoff: timedelta = self.request.app.state.payment_cutoff
        return (payment and payment.payable_until) or order.expires_at - cutoff

    def render(
        self, template: str, account: Account, *, status: int = 200, **context: Any
    ) -> HTMLResponse:
        html = self.templates.get_template(template).render(
            account=account,
            signed_in=account.user is not None or (not account.known and self.api.has_session),
            address=self.address,
            here=self.path if self.request.method == "GET" else None,
            nonce=self.request.state.nonce,
            **context,
        )
        return HTMLResponse(html, status_code=status)

    async def signed_in_account(self) -> Account:
        """Who is looking, for pages that ask the API for nothing else."""
        account = await self.api.account()
        if account.known and account.user is None:
            raise SignInFirst(self.back)
        return account

    async def with_account(self, other: Awaitable[T]) -> tuple[Account, T]:
        """Who is looking and something else, asked for at the same time."""
        return await asyncio.gather(self.api.account(), other)

    def require_session(self, back: str | None = None) -> None:
        """Send a visitor without a session to sign in, and from there to `back`.

        A session that is no longer good is found out by the API, see `problems`: it leads back by
        the same way.
        """
        self.request.state.back = back
        if not self.api.has_session:
            raise SignInFirst(back or self.path)

    @staticmethod
    def redirect(path: str, *, cookies_of: httpx.Response | None = None) -> RedirectResponse:
        """See another page, with the cookies an answer of the API sets, to the letter.

        An edge would drop an answer with too long a Location, and its cookies with it.
        """
        response = RedirectResponse(path, status_code=303)
        if len(response.headers["location"]) > LONGEST_ADDRESS:  # quoted, as it is sent
            response.headers["location"] = "/"
        if cookies_of is not None:
            set_cookies(response, cookies_of)
        return response


def set_cookies(response: Response, answer: httpx.Response) -> None:
    """The cookies an answer of the API sets, to the letter."""
    for cookie in answer.headers.get_list("set-cookie"):
        response.raw_headers.append((b"set-cookie", cookie.encode("latin-1")))


async def page_context(request: Request) -> PageContext:
    """A coroutine, for FastAPI sends plain callables through a thread."""
    return PageContext(request)


Page = Annotated[PageContext, Depends(page_context)]


async def attempt(call: Awaitable[T]) -> T | None:
    """The answer, or None where the API has none in time: the rest of the page still works."""
    try:
        return await call
    except ApiUnavailableError:
        return None


async def optional(call: Awaitable[T]) -> T | None:
    """Like `attempt`, and None too where there is no such thing: an older version has no such
    route."""
    try:
        return await attempt(call)
    except ApiRefusedError as error:
        if error.status != 404:
            raise
        return None


async def wait_for(look: Callable[[], Awaitable[T]], until: Callable[[T], bool], bound: float) -> T:
    """Look again and again until it is as hoped for, at most `bound` seconds; the last look."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + bound
    pause = 0.02
    while True:
        seen = await look()
        if until(seen) or loop.time() + pause > deadline:
            return seen
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.25)
