"""Who sent the request, if they are signed in."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ticketing_common.session import COOKIE, CurrentUser, Sessions


def current_user(request: Request) -> CurrentUser | None:
    """The session's user; None for a missing, bad or outdated cookie."""
    sessions: Sessions = request.app.state.sessions
    return sessions.read(request.cookies.get(COOKIE))


MaybeSignedIn = Annotated[CurrentUser | None, Depends(current_user)]
