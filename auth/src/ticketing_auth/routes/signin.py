"""POST /api/users/signin: start a session."""

from contextlib import suppress

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ticketing_auth.guesses import InvalidCredentialsError, PasswordGuesses, with_place
from ticketing_auth.models.user import User, Users, compared_form, find_user
from ticketing_auth.passwords import PasswordCheck
from ticketing_auth.routes.credentials import Credentials
from ticketing_auth.session_cookie import signed_in
from ticketing_common.errors import VersionConflictError
from ticketing_common.middlewares import rate_limited
from ticketing_common.routing import Route
from ticketing_common.store import Store

router = APIRouter(route_class=Route, dependencies=[Depends(rate_limited("signin"))])


@router.post("/api/users/signin", response_model=User)
async def signin(
    request: Request,
    body: Credentials,
    users: Users,
    passwords: PasswordCheck,
    guesses: PasswordGuesses,
) -> Response:
    user = await find_user(users, body.email)
    place = guesses.place(request)
    with guesses.one(compared_form(body.email), user, place):
        verdict = await passwords.check(body.password, user.password if user else None)
        if user is None or not verdict.right:
            raise InvalidCredentialsError
    if verdict.new_hash or place not in user.places:
        await _remember(users, user, verdict.new_hash or user.password, place)
    return signed_in(request, user, 200)


async def _remember(users: Store[User], user: User, password: str, place: str) -> None:
    with suppress(VersionConflictError):  # another sign-in of theirs has just done it
        await users.save(user.next(password=password, places=with_place(user, place)))
