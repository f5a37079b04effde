"""Who sent the request, if they are signed in."""

import re
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ticketing_common.session import COOKIE, CurrentUser, Sessions

_KEY = "ticketing.user"  # in the request's scope
_SESSION = re.compile(rb"(?:^|;)[ \t]*%b=([^;]+)" % COOKIE.encode())


def current_user(request: Request) -> CurrentUser | None:
    """The session's user; None for a missing, bad or outdated cookie."""
    if _KEY not in request.scope:  # else a rate limit has asked before
        sessions: Sessions = request.app.state.sessions
        request.scope[_KEY] = sessions.read(_session_cookie(request.scope["headers"]))
    user: CurrentUser | None = request.scope[_KEY]
    return user


def _session_cookie(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The first of that name: browsers send the one of the nearest path first."""
    for name, value in headers:
        if name == b"cookie" and (found := _SESSION.search(value)):
            return found[1].strip(b' \t"').decode("latin-1")
    return None


MaybeSignedIn = Annotated[CurrentUser | None, Depends(current_user)]
