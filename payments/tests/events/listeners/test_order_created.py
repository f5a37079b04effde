"""order:created makes the order known to be paid."""

from collections.abc import Callable

import pytest

from payments.tests.paying import pay
from ticketing_common.events.catalogue import OrderCancelled, OrderCreated, OrderStatus
from ticketing_common.store import Store
from ticketing_payments.cashier import Cashier
from ticketing_payments.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_payments.events.listeners.order_created import OrderCreatedListener
from ticketing_payments.models.order import Order, PaymentStatus, Progress

Created = Callable[..., OrderCreated]
Cancelled = Callable[..., OrderCancelled]


@pytest.fixture
def listener(orders: Store[Order]) -> OrderCreatedListener:
    return OrderCreatedListener(orders)


async def test_keeps_what_a_payment_needs(
    listener: OrderCreatedListener, orders: Store[Order], created: Created
) -> None:
    """Owner, price, expiry, status and the source's version; nothing is paid yet."""
    event = created(version=1)

    await listener.on_message(event)

    order = await orders.get(event.id)
    assert (order.user_id, order.price, order.expires_at) == (
        event.user_id,
        19.99,
        event.expires_at,
    )
    assert (order.status, order.order_version) == (OrderStatus.CREATED, 1)
    assert order.payment == Progress()


async def test_again_changes_nothing(
    listener: OrderCreatedListener, orders: Store[Order], created: Created
) -> None:
    """A redelivered event leaves the document as it is."""
    event = created()
    await listener.on_message(event)
    before = await orders.get(event.id)

    await listener.on_message(event)

    assert await orders.get(event.id) == before


async def test_a_newer_version(
    listener: OrderCreatedListener, orders: Store[Order], cashier: Cashier, created: Created
) -> None:
    """The order told again, later in its life, leaves the payment's own state alone; an older
    version heard after it is ignored."""
    event = created()
    await listener.on_message(event)
    paid = await pay(cashier, await orders.get(event.id), "tok_visa")
    complete = created(id=event.id, version=2, status=OrderStatus.COMPLETE)

    await listener.on_message(complete)
    await listener.on_message(event)

    order = await orders.get(event.id)
    assert (order.status, order.order_version) == (OrderStatus.COMPLETE, 2)
    assert order.payment == paid.payment


async def test_after_its_cancel(
    listener: OrderCreatedListener, orders: Store[Order], created: Created, cancelled: Cancelled
) -> None:
    """A cancel that overtook its create leaves nothing to be paid."""
    event = created()
    await OrderCancelledListener(orders).on_message(cancelled(event))
    before = await orders.get(event.id)

    await listener.on_message(event)

    assert await orders.get(event.id) == before
    assert (before.cancelled, before.payment.status) == (True, PaymentStatus.SETTLED)
