"""payment:created marks the ticket as sold."""

from collections.abc import Callable

import pytest

from ticketing_common.events.catalogue import OrderCancelled, OrderCreated, PaymentCreated
from ticketing_common.store import Store
from ticketing_common.types import new_id
from ticketing_tickets.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_tickets.events.listeners.order_created import OrderCreatedListener
from ticketing_tickets.events.listeners.payment_created import PaymentCreatedListener
from ticketing_tickets.models.sale import Sale
from ticketing_tickets.models.ticket import Ticket

Created = Callable[..., OrderCreated]


@pytest.fixture
def listener(tickets: Store[Ticket], sales: Store[Sale]) -> PaymentCreatedListener:
    return PaymentCreatedListener(tickets, sales)


@pytest.fixture
def order_listener(tickets: Store[Ticket], sales: Store[Sale]) -> OrderCreatedListener:
    return OrderCreatedListener(tickets, sales)


def _payment(order_id: str) -> PaymentCreated:
    return PaymentCreated(id=new_id(), order_id=order_id, stripe_id="ch_1")


@pytest.mark.parametrize("payment_first", [True, False])
async def test_sold_whichever_is_heard_first(
    listener: PaymentCreatedListener,
    order_listener: OrderCreatedListener,
    tickets: Store[Ticket],
    ticket: Ticket,
    created: Created,
    payment_first: bool,
) -> None:
    """The order's ticket is sold, also where the payment overtook the order, and told once."""
    order = created()
    heard = [listener.on_message(_payment(order.id)), order_listener.on_message(order)]

    for message in heard if payment_first else reversed(heard):
        await message

    stored = await tickets.get(ticket.id)
    assert (stored.sold, stored.order_id, stored.version) == (True, order.id, 2)
    await listener.on_message(_payment(order.id))
    assert (await tickets.get(ticket.id)).version == 2


async def test_a_later_cancel_clears_both(
    listener: PaymentCreatedListener,
    order_listener: OrderCreatedListener,
    tickets: Store[Ticket],
    ticket: Ticket,
    created: Created,
    cancelled: Callable[..., OrderCancelled],
) -> None:
    """A charge that came too late is refunded; its ticket is for sale again."""
    order = created()
    await order_listener.on_message(order)
    await listener.on_message(_payment(order.id))

    await OrderCancelledListener(tickets).on_message(cancelled(id=order.id))

    stored = await tickets.get(ticket.id)
    assert (stored.sold, stored.order_id) == (False, None)


async def test_payment_of_an_order_that_holds_nothing(
    listener: PaymentCreatedListener, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """It is written down, and changes no ticket."""
    await listener.on_message(_payment(new_id()))

    assert await tickets.get(ticket.id) == ticket
