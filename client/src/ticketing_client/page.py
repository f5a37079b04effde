"""What every page module works with: the visitor's API, and the ways to answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlsplit

import httpx
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment

from ticketing_client.api import Account, Api, VisitorApi
from ticketing_client.transport import ApiUnavailableError

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
        self.api: VisitorApi = api.on_behalf_of(request.headers)
        self.templates: Environment = request.app.state.templates

    @property
    def address(self) -> str:
        """Where to try again: this page, or the one whose form was sent."""
        here, sender = str(self.request.url), self.request.headers.get("referer", "")
        url = urlsplit(here if self.request.method == "GET" else sender)
        return local_path(f"{url.path}?{url.query}" if url.query else url.path)

    def render(
        self, template: str, account: Account, *, status: int = 200, **context: Any
    ) -> HTMLResponse:
        html = self.templates.get_template(template).render(
            account=account,
            signed_in=account.user is not None or (not account.known and self.api.has_session),
            address=self.address,
            here=self.request.url.path if self.request.method == "GET" else None,
            nonce=self.request.state.nonce,
            **context,
        )
        return HTMLResponse(html, status_code=status)

    async def signed_in_account(self) -> Account:
        """Who is looking, for pages that ask the API for nothing else."""
        account = await self.api.account()
        if account.known and account.user is None:
            raise SignInFirst(self.request.url.path)
        return account

    async def with_account(self, other: Awaitable[T]) -> tuple[Account, T]:
        """Who is looking and something else, asked for at the same time."""
        return await asyncio.gather(self.api.account(), other)

    def require_session(self, back: str | None = None) -> None:
        """Send a visitor without a session to sign in, and from there to `back`.

        A session that is no longer good is found out by the API, see `problems`.
        """
        if not self.api.has_session:
            raise SignInFirst(back or self.request.url.path)

    @staticmethod
    def redirect(path: str, *, cookies_of: httpx.Response | None = None) -> RedirectResponse:
        """See another page, with the cookies an answer of the API sets, to the letter."""
        response = RedirectResponse(path, status_code=303)
        for cookie in cookies_of.headers.get_list("set-cookie") if cookies_of else ():
            response.raw_headers.append((b"set-cookie", cookie.encode("latin-1")))
        return response


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


def local_path(target: str | None, otherwise: str = "/") -> str:
    """`target` if it is a path of this site: what comes from an address may name any other."""
    safe = (
        target is not None
        and target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and target.isprintable()
    )
    return quote(target, safe="/?&=%:-._~") if safe and target else otherwise
