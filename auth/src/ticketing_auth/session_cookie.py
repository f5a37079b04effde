"""Signing in and out, as the browser sees it.

Written by hand: the standard library would put quotes around the value's base64, which the base
system does not.
"""

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from ticketing_auth.models.user import User
from ticketing_common.middlewares.scheme import over_https
from ticketing_common.session import COOKIE, Sessions

LONG_AGO = "Thu, 01 Jan 1970 00:00:00 GMT"


class Nothing(BaseModel):
    """`{}`"""


def signed_in(request: Request, user: User, status_code: int) -> Response:
    """The user as JSON, and a session of theirs."""
    sessions: Sessions = request.app.state.sessions
    user = user.shown()
    return _response(request, user, status_code, sessions.write(user.id, user.email))


def signed_out(request: Request) -> Response:
    return _response(request, Nothing(), 200, "", f"expires={LONG_AGO}")


def _response(
    request: Request, body: BaseModel, status_code: int, session: str, *attributes: str
) -> Response:
    cookie = [f"{COOKIE}={session}", "path=/", *attributes, "samesite=lax", "httponly"]
    if over_https(request):
        cookie.append("secure")
    return Response(
        body.model_dump_json(by_alias=True),
        status_code,
        {"Set-Cookie": "; ".join(cookie)},
        "application/json",
    )
