"""POST /api/users/signout: end the session, if there is one."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ticketing_auth.session_cookie import Nothing, signed_out
from ticketing_common.routing import Route

router = APIRouter(route_class=Route)


@router.post("/api/users/signout", response_model=Nothing)
async def signout(request: Request) -> Response:
    return signed_out(request)
