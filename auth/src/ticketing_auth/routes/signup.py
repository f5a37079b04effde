"""POST /api/users/signup: become a user, and be signed in as that."""

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ticketing_auth.models.user import User, Users
from ticketing_auth.passwords import PasswordCheck
from ticketing_auth.routes.credentials import NewCredentials
from ticketing_auth.session_cookie import signed_in
from ticketing_common.errors import BadRequestError
from ticketing_common.middlewares import rate_limited
from ticketing_common.routing import Route
from ticketing_common.store import AlreadyExistsError
from ticketing_common.types import new_id

router = APIRouter(route_class=Route, dependencies=[Depends(rate_limited("signin"))])


@router.post("/api/users/signup", status_code=201, response_model=User)
async def signup(
    request: Request, body: NewCredentials, users: Users, passwords: PasswordCheck
) -> Response:
    password = await passwords.hash(body.password)
    user = User(id=new_id(), email=body.email, password=password)
    try:
        await users.save(user)
    except AlreadyExistsError:
        raise BadRequestError("Email in use") from None
    return signed_in(request, user, 201)
