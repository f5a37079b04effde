"""payment:created completes the order."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ticketing_common.errors import NotFoundError
from ticketing_common.events.catalogue import (
    ExpirationComplete,
    OrderStatus,
    PaymentCreated,
    TicketUpdated,
)
from ticketing_common.store import Database, Store
from ticketing_common.store.retry import retrying
from ticketing_common.timing import Timing
from ticketing_common.types import new_id
from ticketing_orders.events.listeners.expiration_complete import ExpirationCompleteListener
from ticketing_orders.events.listeners.payment_created import PaymentCreatedListener
from ticketing_orders.events.listeners.ticket_updated import TicketUpdatedListener
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket

Place = Callable[..., Awaitable[Order]]
News = Callable[[], Awaitable[list[str]]]
Race = Callable[[int], Store[Order]]
Overtake = Callable[..., Store[Order]]


@pytest.fixture
def listener(orders: Store[Order]) -> PaymentCreatedListener:
    return PaymentCreatedListener(orders)


def _payment(order: Order) -> PaymentCreated:
    return PaymentCreated(id=new_id(), order_id=order.id, stripe_id="ch_1")


@pytest.mark.parametrize("status", [OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT])
@pytest.mark.parametrize("left", [900, -900])
async def test_completes_the_order(
    listener: PaymentCreatedListener,
    orders: Store[Order],
    place: Place,
    news: News,
    status: OrderStatus,
    left: float,
) -> None:
    """A paid order is complete, however late the news of it, confirmed or not yet."""
    order = await place(status, left=left)

    await listener.on_message(_payment(order))

    assert await orders.get(order.id) == order.with_status(OrderStatus.COMPLETE)
    assert await news() == []


async def test_again_changes_nothing(
    listener: PaymentCreatedListener, orders: Store[Order], place: Place
) -> None:
    """Defect 11 of the base: a redelivered payment bumped the order's version."""
    order = await place()
    payment = _payment(order)

    await listener.on_message(payment)
    await listener.on_message(payment)

    assert (await orders.get(order.id)).version == 1


async def test_a_cancelled_order_stays_cancelled(
    listener: PaymentCreatedListener, orders: Store[Order], place: Place, news: News
) -> None:
    """Defect 5 of the base: it became complete, beside a newer order of the same ticket.

    The payments service hears of the cancellation too, and refunds.
    """
    order = await place(OrderStatus.CANCELLED, reservation=1)
    newer = await place(reservation=2)

    await listener.on_message(_payment(order))

    assert await orders.get(order.id) == order
    assert await orders.get(newer.id) == newer
    assert await news() == []


async def test_what_comes_after_it_changes_nothing(
    listener: PaymentCreatedListener,
    orders: Store[Order],
    tickets: Store[Ticket],
    place: Place,
    news: News,
) -> None:
    """Defect 6 of the base, a paid order was cancelled: no expiry and no late confirmation is."""
    order = await place(left=-1)
    await listener.on_message(_payment(order))
    confirmation = TicketUpdated(
        id=order.ticket.id, version=1, title="A", price=20, user_id=new_id(), order_id=order.id
    )

    await ExpirationCompleteListener(orders, Timing.of(900)).on_message(
        ExpirationComplete(order_id=order.id)
    )
    await TicketUpdatedListener(tickets, orders).on_message(confirmation)

    assert await orders.get(order.id) == order.with_status(OrderStatus.COMPLETE)
    assert await news() == []


async def test_unknown_order(listener: PaymentCreatedListener, orders: Store[Order]) -> None:
    """We made every order there is: a payment of another is an error, to be kept and seen."""
    with pytest.raises(NotFoundError):
        await listener.on_message(PaymentCreated(id=new_id(), order_id=new_id(), stripe_id="ch_1"))


async def test_delivered_twice_at_once(place: Place, racing: Race) -> None:
    """Both found the order open: it completes once."""
    order = await place()
    orders = racing(2)
    listener = PaymentCreatedListener(orders)
    payment = _payment(order)

    await asyncio.gather(*(retrying(lambda: listener.on_message(payment)) for _ in range(2)))

    assert await orders.get(order.id) == order.with_status(OrderStatus.COMPLETE)


async def test_paid_while_it_is_confirmed(
    database: Database,
    tickets: Store[Ticket],
    orders: Store[Order],
    place: Place,
    overtaken: Overtake,
) -> None:
    """Neither news is lost on the other: the order ends as complete."""
    order = await place()
    confirmation = TicketUpdated(
        id=order.ticket.id, version=1, title="A", price=20, user_id=new_id(), order_id=order.id
    )
    updated = TicketUpdatedListener(tickets, Store(database, Order))
    paid = PaymentCreatedListener(overtaken(lambda: updated.on_message(confirmation)))

    await retrying(lambda: paid.on_message(_payment(order)))

    assert (await orders.get(order.id)).status == OrderStatus.COMPLETE
    assert (await orders.get(order.id)).version == 2
