"""/orders/:id/ticket : what a buyer shows at the door, on a phone or on paper."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import Response

from ticketing_client.models import Event
from ticketing_client.page import Page, attempt
from ticketing_client.qr import qr_code
from ticketing_common.types import Id

router = APIRouter()


@router.get("/orders/{id}/ticket")
async def show(page: Page, id: Id) -> Response:
    page.require_session(page.address)
    account, order, payment = await asyncio.gather(
        page.api.account(), page.api.order(id), page.api.payment(id)
    )
    if order.status != "complete":
        return page.redirect(f"/orders/{id}")
    event: Event = order.ticket
    if not (event.starts_at and event.venue):  # orders of older versions don't know the rest
        ticket = await attempt(page.api.ticket(order.ticket.id))
        event = event.completed_by(ticket) if ticket else event
    code = payment.admission
    address = code and f"{page.origin}/check/{code}"
    return page.render(
        "order_ticket.html",
        account,
        order=order,
        payment=payment,
        event=event,
        returned=not code and (payment.known_state != "charged" or payment.dispute == "lost"),
        address_to_check=address,
        qr=address and qr_code(address),
    )
