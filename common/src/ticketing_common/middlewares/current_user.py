"""Who sent the request, if they are signed in."""

from functools import lru_cache
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request, cookie_parser

from ticketing_common.session import COOKIE, CurrentUser, Sessions

_KEY = "ticketing.user"  # in the request's scope


def current_user(request: Request) -> CurrentUser | None:
    """The session's user; None for a missing, bad or outdated cookie."""
    if _KEY not in request.scope:  # else a rate limit has asked before
        sessions: Sessions = request.app.state.sessions
        headers = tuple(value for name, value in request.scope["headers"] if name == b"cookie")
        request.scope[_KEY] = sessions.read(_session_cookie(headers))
    user: CurrentUser | None = request.scope[_KEY]
    return user


@lru_cache(maxsize=4096)
def _session_cookie(headers: tuple[bytes, ...]) -> str | None:
    for header in headers:
        if value := cookie_parser(header.decode("latin-1")).get(COOKIE):
            return value
    return None


MaybeSignedIn = Annotated[CurrentUser | None, Depends(current_user)]
