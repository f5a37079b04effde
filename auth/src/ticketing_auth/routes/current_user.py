"""GET /api/users/currentuser: who is asking?"""

from fastapi import APIRouter

from ticketing_common.middlewares import MaybeSignedIn
from ticketing_common.routing import Route
from ticketing_common.session import CurrentUser
from ticketing_common.store.document import Model

router = APIRouter(route_class=Route)


class WhoIsSignedIn(Model):
    current_user: CurrentUser | None


@router.get("/api/users/currentuser")
async def current_user(user: MaybeSignedIn) -> WhoIsSignedIn:
    return WhoIsSignedIn(current_user=user)
