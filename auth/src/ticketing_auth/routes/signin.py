"""POST /api/users/signin: start a session."""

from contextlib import suppress

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ticketing_auth.models.user import User, Users
from ticketing_auth.passwords import PasswordCheck
from ticketing_auth.routes.credentials import Credentials
from ticketing_auth.session_cookie import signed_in
from ticketing_common.errors import BadRequestError, VersionConflictError
from ticketing_common.middlewares import rate_limited
from ticketing_common.routing import Route
from ticketing_common.store import Store

router = APIRouter(route_class=Route, dependencies=[Depends(rate_limited("signin"))])


@router.post("/api/users/signin", response_model=User)
async def signin(
    request: Request, body: Credentials, users: Users, passwords: PasswordCheck
) -> Response:
    user = await users.find_one({"email": body.email})
    verdict = await passwords.check(body.password, user.password if user else None)
    if user is None or not verdict.right:
        raise BadRequestError("Invalid credentials")
    if verdict.new_hash:
        await _rehash(users, user, verdict.new_hash)
    return signed_in(request, user, 200)


async def _rehash(users: Store[User], user: User, password: str) -> None:
    with suppress(VersionConflictError):  # another sign-in of theirs has just done it
        await users.save(user.next(password=password))
