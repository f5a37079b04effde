"""POST /api/users/signup: become a user, and be signed in as that."""

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ticketing_auth.guesses import PasswordGuesses
from ticketing_auth.models.user import User, Users, compared_form, find_user, written_apart
from ticketing_auth.passwords import PasswordCheck
from ticketing_auth.routes.credentials import NewCredentials
from ticketing_auth.session_cookie import signed_in
from ticketing_common.errors import BadRequestError
from ticketing_common.middlewares import rate_limited
from ticketing_common.routing import Route
from ticketing_common.store import AlreadyExistsError
from ticketing_common.types import new_id

router = APIRouter(route_class=Route, dependencies=[Depends(rate_limited("signin"))])


class EmailInUseError(BadRequestError):
    message = "Email in use"


@router.post("/api/users/signup", status_code=201, response_model=User)
async def signup(
    request: Request,
    body: NewCredentials,
    users: Users,
    passwords: PasswordCheck,
    guesses: PasswordGuesses,
) -> Response:
    password = await passwords.hash(body.password)
    places = (guesses.place(request),)
    email, written = compared_form(body.email), written_apart(body.email)
    user = User(id=new_id(), email=email, written=written, password=password, places=places)
    if written and await find_user(users, written):  # of before there was a form to compare by
        raise EmailInUseError
    try:
        await users.save(user)
    except AlreadyExistsError:
        raise EmailInUseError from None
    return signed_in(request, user, 201)
