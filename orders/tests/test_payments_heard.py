"""Nobody who paid in time loses the ticket to an outage: on a real NATS server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from ticketing_common.events.catalogue import PaymentCreated
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.stream import BrokerUnavailableError, Stream
from ticketing_common.settings import NatsSettings
from ticketing_common.store import Store
from ticketing_common.testing import servers
from ticketing_common.timing import Timing
from ticketing_common.types import new_id, now
from ticketing_orders.events.listeners.payment_created import PaymentCreatedListener
from ticketing_orders.models.order import Order
from ticketing_orders.payments_heard import NEVER, PaymentsHeard
from ticketing_orders.sweeper import Sweeper

TIMING = Timing.of(2)
SETTLING = TIMING.sweep_grace  # 0.53 s
BOUND = 20  # seconds

Place = Callable[..., Awaitable[Order]]


@pytest.fixture
async def stream(tmp_path: Path) -> AsyncIterator[Stream]:
    with servers.nats_server(tmp_path) as url:
        stream = _stream(url)
        await stream.connect()
        yield stream
        await stream.close()


def _stream(url: str) -> Stream:
    settings = NatsSettings(NATS_URL=url, NATS_CLUSTER_ID="ticketing", NATS_CLIENT_ID="test")
    return Stream(settings)


@pytest.fixture
def listener(orders: Store[Order]) -> PaymentCreatedListener:
    return PaymentCreatedListener(orders)


async def _beyond(heard: PaymentsHeard, moment: object) -> None:
    async with asyncio.timeout(BOUND):
        while await heard.until() <= moment:  # type: ignore[operator]
            await asyncio.sleep(0.02)


async def test_moves_on_while_all_is_heard(
    stream: Stream, listener: PaymentCreatedListener
) -> None:
    """With nothing waiting it follows the clock, once the broker has answered for a while."""
    consumer = Consumer(listener, stream, DeadLetters(stream))
    await consumer.create()
    heard = PaymentsHeard(stream, listener, TIMING)

    began = now()
    assert await heard.until() == NEVER
    await _beyond(heard, began)

    assert (await heard.until() - began).total_seconds() >= SETTLING


async def test_a_payment_comes_before_the_sweep(
    stream: Stream, listener: PaymentCreatedListener, orders: Store[Order], place: Place
) -> None:
    """An overdue order whose payment waits to be heard is completed, not cancelled."""
    order = await place(left=-60)
    consumer = Consumer(listener, stream, DeadLetters(stream))
    await consumer.create()
    heard = PaymentsHeard(stream, listener, TIMING)
    sweeper = Sweeper(orders, TIMING, heard.until)
    payment = PaymentCreated(id=new_id(), order_id=order.id, stripe_id="ch_1")
    await Publisher(stream).publish(payment)

    async with asyncio.timeout(BOUND):  # long after it would have followed the clock
        while (now() - order.expires_at).total_seconds() < 60 + 2 * SETTLING:
            assert await sweeper.sweep() == 0
            await asyncio.sleep(0.02)
    consuming = asyncio.create_task(consumer.run())
    await _beyond(heard, order.expires_at)
    consuming.cancel()
    await asyncio.wait({consuming})

    assert await sweeper.sweep() == 0
    assert (await orders.get(order.id)).status == "complete"


async def test_stands_still_without_the_broker(
    tmp_path: Path, listener: PaymentCreatedListener
) -> None:
    """While the broker is away nobody can say what was paid; afterwards it settles anew."""
    with servers.nats_server(tmp_path) as url:
        stream = _stream(url)
        await stream.connect()
        await Consumer(listener, stream, DeadLetters(stream)).create()
        heard = PaymentsHeard(stream, listener, TIMING)
        await _beyond(heard, now())
    before = await _failing(heard)

    with servers.nats_server(tmp_path, port=int(url.rsplit(":", 1)[1])):
        again = now()
        await _beyond(heard, again)
        assert (await heard.until() - again).total_seconds() >= SETTLING
    assert before
    await stream.close()


async def _failing(heard: PaymentsHeard) -> bool:
    async with asyncio.timeout(BOUND):
        while True:
            try:
                await heard.until()
            except BrokerUnavailableError:
                return True
