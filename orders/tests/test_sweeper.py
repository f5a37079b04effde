"""The sweeper: every order ends, whatever became of the expiration service."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest
from bson import ObjectId

from ticketing_common.errors import DatabaseConnectionError
from ticketing_common.events.catalogue import OrderStatus, PaymentCreated
from ticketing_common.store import Database, Store, reads
from ticketing_common.store.reads import EVERYTHING
from ticketing_common.store.retry import retrying
from ticketing_common.tasks import end
from ticketing_common.timing import Timing
from ticketing_common.types import new_id
from ticketing_orders.events.listeners.payment_created import PaymentCreatedListener
from ticketing_orders.models.order import CancelledBy, Order
from ticketing_orders.sweeper import Sweeper

Place = Callable[..., Awaitable[Order]]
News = Callable[[], Awaitable[list[str]]]

TIMING = Timing.of(900)
SHORT = Timing.of(2)  # looks every 0.13 s
GRACE = TIMING.sweep_grace  # seconds


@pytest.fixture
def sweeper(orders: Store[Order]) -> Sweeper:
    return Sweeper(orders, TIMING)


@pytest.mark.parametrize("status", [OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT])
async def test_ends_what_nobody_expired(
    sweeper: Sweeper, orders: Store[Order], place: Place, news: News, status: OrderStatus
) -> None:
    """Defect 12 of the base, an expiry can be lost: without one the order is cancelled too."""
    order = await place(status, left=-GRACE - 1)

    assert await sweeper.sweep() == 1

    assert await orders.get(order.id) == order.cancelled(CancelledBy.EXPIRY)
    assert await news() == [f"order:cancelled/{order.id}/1"]


@pytest.mark.parametrize(
    ("status", "left"),
    [
        (OrderStatus.CREATED, 900),
        (OrderStatus.AWAITING_PAYMENT, 1),
        (OrderStatus.AWAITING_PAYMENT, -TIMING.expiry_grace - 1),
        (OrderStatus.CREATED, -GRACE + 5),
        (OrderStatus.COMPLETE, -3600),
        (OrderStatus.CANCELLED, -3600),
    ],
)
async def test_leaves_the_rest_alone(
    sweeper: Sweeper,
    orders: Store[Order],
    place: Place,
    news: News,
    status: OrderStatus,
    left: float,
) -> None:
    """What has time left, what expiration may still report, and what has ended already."""
    order = await place(status, left=left)

    assert await sweeper.sweep() == 0

    assert await orders.get(order.id) == order
    assert await news() == []


async def test_two_sweepers_at_once(
    place: Place, news: News, racing: Callable[[int], Store[Order]]
) -> None:
    """Every replica sweeps; an order is cancelled and told once all the same."""
    order = await place(left=-GRACE - 1)
    orders = racing(2)

    await asyncio.gather(Sweeper(orders, TIMING).sweep(), Sweeper(orders, TIMING).sweep())

    assert await orders.get(order.id) == order.cancelled(CancelledBy.EXPIRY)
    assert await news() == [f"order:cancelled/{order.id}/1"]


@pytest.mark.parametrize("sweep_first", [True, False])
async def test_either_swept_or_paid(
    place: Place, news: News, racing: Callable[[int], Store[Order]], sweep_first: bool
) -> None:
    """A payment heard of while the sweeper looks: one of them wins, for good."""
    order = await place(OrderStatus.AWAITING_PAYMENT, left=-GRACE - 1)
    orders = racing(2)
    listener = PaymentCreatedListener(orders)
    payment = PaymentCreated(id=new_id(), order_id=order.id, stripe_id="ch_1")
    both: Sequence[Awaitable[Any]] = [
        Sweeper(orders, TIMING).sweep(),
        retrying(lambda: listener.on_message(payment)),
    ]

    await asyncio.gather(*(both if sweep_first else reversed(both)))

    stored = await orders.get(order.id)
    assert stored.version == 1
    assert stored.status in (OrderStatus.COMPLETE, OrderStatus.CANCELLED)
    told = [] if stored.status == OrderStatus.COMPLETE else [f"order:cancelled/{order.id}/1"]
    assert await news() == told


async def test_more_than_a_page(
    orders: Store[Order], place: Place, news: News, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a long outage everything overdue goes at once, a page after the other."""
    monkeypatch.setattr(reads, "PAGE", 10)
    for number in range(25):
        await place(reservation=number + 1, left=-60)

    await _swept(Sweeper(orders, SHORT), orders)

    assert len(await news()) == 25


async def test_what_cannot_be_read_or_ended(
    orders: Store[Order], sweeper: Sweeper, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than a round trip takes keep nobody else's ticket."""
    monkeypatch.setattr(reads, "PAGE", 2)
    key, broken = {"$in": []}, []  # type: ignore[var-annotated]
    for number in range(5):
        key["$in"].append(ObjectId((await place(reservation=number + 1, left=-3600)).id))
        broken.append(await place(reservation=number + 10, left=-3600))
    await orders.database["orders"].update_many({"_id": key}, {"$set": {"userId": 5}})
    good = await place(reservation=100, left=-3600)
    save = orders.save

    async def fail(document: Order, *events: Any) -> Order:
        if document.id != good.id:
            raise ZeroDivisionError
        return await save(document, *events)

    monkeypatch.setattr(orders, "save", fail)

    assert await sweeper.sweep() == 6

    assert await orders.get(good.id) == good.cancelled(CancelledBy.EXPIRY)


class Outage(Store[Order]):
    """Does not answer the first time it is asked."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Order)
        self.asked = 0

    def each(self, query: Any = EVERYTHING) -> AsyncIterator[Order]:
        self.asked += 1
        if self.asked == 1:
            raise DatabaseConnectionError
        return super().each(query)


async def test_survives_an_outage(database: Database, orders: Store[Order], place: Place) -> None:
    """A store that does not answer is asked again at the next look."""
    await place(left=-60)

    await _swept(Sweeper(Outage(database), SHORT), orders)


async def _swept(sweeper: Sweeper, orders: Store[Order]) -> None:
    """Let it run until no order is open any more."""
    running = asyncio.create_task(sweeper.run())
    try:
        async with asyncio.timeout(60):
            while await orders.find_one({"status": {"$ne": "cancelled"}}):
                assert not running.done(), running.exception()
                await asyncio.sleep(0.02)
    finally:
        await end([running])
