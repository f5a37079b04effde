"""expiration:complete cancels an order that nobody paid in time."""

import asyncio
from collections.abc import Awaitable, Callable

import orjson
import pytest

from ticketing_common.errors import NotFoundError
from ticketing_common.events.catalogue import ExpirationComplete, OrderStatus, PaymentCreated
from ticketing_common.store import Store
from ticketing_common.store.retry import retrying
from ticketing_common.timing import Timing
from ticketing_common.types import new_id
from ticketing_orders.events.listeners.expiration_complete import ExpirationCompleteListener
from ticketing_orders.events.listeners.payment_created import PaymentCreatedListener
from ticketing_orders.models.order import CancelledBy, Order

Place = Callable[..., Awaitable[Order]]
News = Callable[[], Awaitable[list[str]]]
Race = Callable[[int], Store[Order]]

OPEN = [OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT]


@pytest.fixture
def listener(orders: Store[Order]) -> ExpirationCompleteListener:
    return ExpirationCompleteListener(orders, Timing.of(900))


def _expiration(order: Order) -> ExpirationComplete:
    return ExpirationComplete(order_id=order.id)


@pytest.mark.parametrize("status", OPEN)
async def test_cancels_the_order(
    listener: ExpirationCompleteListener, orders: Store[Order], place: Place, status: OrderStatus
) -> None:
    """An unpaid order whose time is up is cancelled, and order:cancelled tells its state."""
    order = await place(status, left=0, reservation=2)

    await listener.on_message(_expiration(order))

    assert await orders.get(order.id) == order.cancelled(CancelledBy.EXPIRY)
    (waiting,) = await orders.outbox.pending(10)
    (message,) = waiting.messages
    assert message.id == f"order:cancelled/{order.id}/1"
    told = orjson.loads(message.data)
    assert (told["status"], told["ticket"]["reservation"]) == ("cancelled", 2)


@pytest.mark.parametrize("status", OPEN)
async def test_is_not_believed_before_the_time(
    listener: ExpirationCompleteListener,
    orders: Store[Order],
    place: Place,
    news: News,
    status: OrderStatus,
) -> None:
    """A clock that is fast, or a replayed job, takes nobody's minutes: our own clock decides."""
    order = await place(status, left=5)

    await listener.on_message(_expiration(order))

    assert await orders.get(order.id) == order
    assert await news() == []


async def test_again_changes_nothing(
    listener: ExpirationCompleteListener, orders: Store[Order], place: Place, news: News
) -> None:
    """Defect 11 of the base: redelivered, it cancelled and told it again."""
    order = await place(left=-1)

    await listener.on_message(_expiration(order))
    await listener.on_message(_expiration(order))

    assert (await orders.get(order.id)).version == 1
    assert await news() == [f"order:cancelled/{order.id}/1"]


@pytest.mark.parametrize("status", [OrderStatus.COMPLETE, OrderStatus.CANCELLED])
async def test_what_is_final_stays(
    listener: ExpirationCompleteListener,
    orders: Store[Order],
    place: Place,
    news: News,
    status: OrderStatus,
) -> None:
    """A paid order does not expire, a cancelled one not again."""
    order = await place(status, left=-1)

    await listener.on_message(_expiration(order))

    assert await orders.get(order.id) == order
    assert await news() == []


async def test_an_old_orders_expiry_leaves_the_newer_one_alone(
    listener: ExpirationCompleteListener, orders: Store[Order], place: Place, news: News
) -> None:
    """Defect 4 of the base: it freed the ticket under the buyer who had ordered it since."""
    old = await place(OrderStatus.CANCELLED, reservation=1, left=-1)
    newer = await place(reservation=2)

    await listener.on_message(_expiration(old))

    assert await orders.get(newer.id) == newer
    assert await news() == []


async def test_unknown_order(listener: ExpirationCompleteListener, orders: Store[Order]) -> None:
    """We made every order there is: one we do not know is an error."""
    with pytest.raises(NotFoundError):
        await listener.on_message(ExpirationComplete(order_id=new_id()))


async def test_delivered_twice_at_once(place: Place, news: News, racing: Race) -> None:
    """Both found the order open: one cancels it, and it is told once."""
    order = await place(left=-1)
    orders = racing(2)
    listener = ExpirationCompleteListener(orders, Timing.of(900))

    await asyncio.gather(
        *(retrying(lambda: listener.on_message(_expiration(order))) for _ in range(2))
    )

    assert await orders.get(order.id) == order.cancelled(CancelledBy.EXPIRY)
    assert await news() == [f"order:cancelled/{order.id}/1"]


@pytest.mark.parametrize("expiry_first", [True, False])
@pytest.mark.parametrize("status", OPEN)
async def test_either_expired_or_paid(
    place: Place, news: News, racing: Race, status: OrderStatus, expiry_first: bool
) -> None:
    """Of an expiry and a payment that both found the order open one wins, for good."""
    order = await place(status, left=-1)
    orders = racing(2)
    expiration = ExpirationCompleteListener(orders, Timing.of(900))
    payment = PaymentCreatedListener(orders)
    paid = PaymentCreated(id=new_id(), order_id=order.id, stripe_id="ch_1")
    both = [
        retrying(lambda: expiration.on_message(_expiration(order))),
        retrying(lambda: payment.on_message(paid)),
    ]

    await asyncio.gather(*(both if expiry_first else reversed(both)))

    stored = await orders.get(order.id)
    assert stored.version == 1
    assert stored.status in (OrderStatus.COMPLETE, OrderStatus.CANCELLED)
    told = [] if stored.status == OrderStatus.COMPLETE else [f"order:cancelled/{order.id}/1"]
    assert await news() == told


async def test_late_news_is_left_to_the_sweeper(
    listener: ExpirationCompleteListener, orders: Store[Order], place: Place, news: News
) -> None:
    """After an outage a payment made in time may still be on its way: whoever made it shall have
    the ticket, and the sweeper waits for such news."""
    order = await place(left=-Timing.of(900).sweep_grace - 1)

    await listener.on_message(_expiration(order))

    assert await orders.get(order.id) == order
    assert await news() == []
