"""Only for those who are signed in."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ticketing_common.errors import NotAuthorizedError
from ticketing_common.middlewares.current_user import current_user
from ticketing_common.session import CurrentUser


def require_auth(request: Request) -> CurrentUser:
    """The session's user; raise `NotAuthorizedError` where there is none."""
    user = current_user(request)
    if user is None:
        raise NotAuthorizedError
    return user


SignedIn = Annotated[CurrentUser, Depends(require_auth)]
