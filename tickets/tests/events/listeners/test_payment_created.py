"""payment:created says that its order's ticket is sold."""

from collections.abc import Callable

import httpx
import pytest

from ticketing_common.events.catalogue import OrderCancelled, OrderCreated, PaymentCreated
from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_tickets.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_tickets.events.listeners.order_created import OrderCreatedListener
from ticketing_tickets.events.listeners.payment_created import PaymentCreatedListener
from ticketing_tickets.models.sale import Sale
from ticketing_tickets.models.ticket import Ticket

Created = Callable[..., OrderCreated]


@pytest.fixture
def listener(sales: Store[Sale]) -> PaymentCreatedListener:
    return PaymentCreatedListener(sales)


def _payment(order_id: str) -> PaymentCreated:
    return PaymentCreated(id=new_id(), order_id=order_id, stripe_id="ch_1")


async def _state(api: httpx.AsyncClient, sign_in: SignIn, ticket: Ticket) -> str:
    """What its seller is told."""
    response = await api.get("/api/tickets/mine", headers=sign_in(ticket.user_id))
    [mine] = response.json()
    state: str = mine["state"]
    return state


@pytest.mark.parametrize("payment_first", [True, False])
async def test_sold_whichever_is_heard_first(
    listener: PaymentCreatedListener,
    tickets: Store[Ticket],
    ticket: Ticket,
    created: Created,
    api: httpx.AsyncClient,
    sign_in: SignIn,
    payment_first: bool,
) -> None:
    """The order's ticket is sold, also where the payment overtook the order or comes twice."""
    order = created()
    heard = [
        listener.on_message(_payment(order.id)),
        OrderCreatedListener(tickets).on_message(order),
    ]

    for message in heard if payment_first else reversed(heard):
        await message
    await listener.on_message(_payment(order.id))

    assert await _state(api, sign_in, ticket) == "sold"


async def test_a_later_cancel_frees_the_ticket(
    listener: PaymentCreatedListener,
    tickets: Store[Ticket],
    ticket: Ticket,
    created: Created,
    cancelled: Callable[..., OrderCancelled],
    api: httpx.AsyncClient,
    sign_in: SignIn,
) -> None:
    """A charge that came too late is refunded; its ticket is for sale again."""
    order = created()
    await OrderCreatedListener(tickets).on_message(order)
    await listener.on_message(_payment(order.id))

    await OrderCancelledListener(tickets).on_message(cancelled(id=order.id))

    assert await _state(api, sign_in, ticket) == "listed"


async def test_payment_of_an_order_that_holds_nothing(
    listener: PaymentCreatedListener, tickets: Store[Ticket], sales: Store[Sale], ticket: Ticket
) -> None:
    """It is written down, and changes no ticket."""
    order_id = new_id()

    await listener.on_message(_payment(order_id))

    assert await sales.find_id(order_id)
    assert await tickets.get(ticket.id) == ticket
