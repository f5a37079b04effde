"""GET /api/payments/admissions/:code: what a code shown at the door is worth. Anybody may ask."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request

from ticketing_common.errors import NotFoundError
from ticketing_common.middlewares import rate_limited
from ticketing_common.routing import Route
from ticketing_common.store.document import Model
from ticketing_payments.admission import Admissions, Standing, standing_of
from ticketing_payments.models.order import Orders
from ticketing_payments.prompts import Prompted

router = APIRouter(route_class=Route, dependencies=[Depends(rate_limited("admission"))])


class Worth(Model):
    """Nothing of it is about people: what is on the ticket is the tickets service's to tell."""

    standing: Standing
    order_id: str
    ticket_id: str


def _admissions(request: Request) -> Admissions:
    admissions: Admissions = request.app.state.admissions
    return admissions


Admitting = Annotated[Admissions, Depends(_admissions)]


@router.get(
    "/api/payments/admissions/{code}",
    responses={404: {"description": "Not a code of ours."}},
)
async def admission(code: str, orders: Orders, admissions: Admitting, prompts: Prompted) -> Worth:
    named = admissions.read(code)
    order = named and await orders.find_id(named.order_id)
    standing = order and standing_of(order)
    if not named or not order or not standing:
        raise NotFoundError
    prompts.soon(order)  # what was given back since, the next one who checks it is told
    return Worth(standing=standing, order_id=named.order_id, ticket_id=named.ticket_id)
