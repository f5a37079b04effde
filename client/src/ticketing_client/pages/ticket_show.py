"""/tickets/:id : one ticket, and the way to buy it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ticketing_client.api import Account
from ticketing_client.models import Order, Ticket, TicketState
from ticketing_client.page import Page, PageContext, optional
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.types import Id

router = APIRouter()

FOLLOW = 5  # seconds until a ticket that somebody has reserved is looked at again


@dataclass(frozen=True)
class Look:
    """A ticket as one visitor sees it; `order` is their own that holds the ticket, or bought it.
    While orders does not answer, `order_known` is false: the ticket may be theirs. `told` is what
    tickets tells of one that somebody has, where it does."""

    account: Account
    ticket: Ticket
    order: Order | None
    order_known: bool
    told: TicketState | None

    @property
    def state(self) -> str | None:
        return self.told.state if self.told else None

    @property
    def price(self) -> Decimal:
        """What was or will be paid, as far as this visitor knows it; else what is asked for it."""
        if self.order is not None:
            return self.order.ticket.price
        return (self.told and self.told.sold_for) or self.ticket.price


@router.get("/tickets/{id}")
async def show(page: Page, id: Id) -> HTMLResponse:
    return render_ticket(page, await look_at(page, id))


async def look_at(page: PageContext, id: str) -> Look:
    account, (ticket, told), (order, known) = await asyncio.gather(
        page.api.account(), _ticket_and_sale(page, id), own_order(page, id)
    )
    return Look(account, ticket, order, known, told)


async def _ticket_and_sale(page: PageContext, id: str) -> tuple[Ticket, TicketState | None]:
    """One after the other, and beside the rest: whoever hangs there would leave no time for it."""
    ticket = await page.api.ticket(id)
    return ticket, await sale_of(page, ticket)


async def sale_of(page: PageContext, ticket: Ticket) -> TicketState | None:
    """Whether a ticket that somebody has is reserved or sold; None where that can't be told."""
    return None if ticket.free else await optional(page.api.ticket_state(ticket.id))


def render_ticket(
    page: PageContext, look: Look, *, problem: str | None = None, status: int = 200
) -> HTMLResponse:
    """The page for the ticket's seller, its buyer, or somebody else."""
    account, ticket = look.account, look.ticket
    deadline = page.deadline(look.order) if look.order else None
    told = look.told
    held = look.order is None and not ticket.free and look.state != "sold"
    return page.render(
        "ticket_show.html",
        account,
        status=status,
        ticket=ticket,
        origin=page.origin,
        price=look.price,
        state=look.state,
        sold_for=told.sold_for if told else None,
        sold_at=told.sold_at if told else None,
        selling=account.user is not None and account.user.id == ticket.user_id,
        order=look.order,
        order_known=look.order_known,
        follow=FOLLOW if held and status == 200 else None,
        deadline=deadline,
        payable=deadline is not None and datetime.now(UTC) < deadline,
        problem=problem,
    )


async def own_order(page: PageContext, ticket_id: str) -> tuple[Order | None, bool]:
    """The visitor's order of the ticket, and whether that is known."""
    if not page.api.has_session:
        return None, True
    try:
        orders = await page.api.orders(ticketId=ticket_id)
    except ApiRefusedError:  # the session is over; the ticket is for everybody to see
        return None, True
    except ApiUnavailableError:
        return None, False
    # An older version of orders gives those of all tickets.
    holding = (order for order in orders.items if order.ticket.id == ticket_id)
    held = (o for o in holding if o.status == "complete" or (o.live and not o.overdue))
    return next(held, None), True
