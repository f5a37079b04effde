"""Nobody who paid in time loses the ticket to an outage: on a real NATS server."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from nats.aio.client import Client

from orders.tests.heard import BOUND, TIMING, beyond, connection, nothing_missing
from ticketing_common.events.catalogue import ExpirationComplete, PaymentCreated
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.gaps import Missing
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.stream import BrokerUnavailableError, Stream
from ticketing_common.store import Store
from ticketing_common.tasks import end
from ticketing_common.testing import servers
from ticketing_common.timing import Timing
from ticketing_common.types import new_id, now
from ticketing_orders.events.listeners.expiration_complete import (
    ExpirationCompleteListener,
    PaymentsUnknownError,
)
from ticketing_orders.events.listeners.payment_created import PaymentCreatedListener
from ticketing_orders.models.order import Order
from ticketing_orders.payments_heard import NEVER, PaymentsHeard
from ticketing_orders.sweeper import Sweeper

Place = Callable[..., Awaitable[Order]]
SETTLING = TIMING.sweep_grace  # 0.53 s


@pytest.fixture
def listener(orders: Store[Order]) -> PaymentCreatedListener:
    return PaymentCreatedListener(orders)


async def test_moves_on_while_all_is_heard(
    stream: Stream, listener: PaymentCreatedListener
) -> None:
    """With nothing waiting it follows the clock, once the broker has answered for a while."""
    consumer = Consumer(listener, stream, DeadLetters(stream))
    await consumer.create()
    heard = PaymentsHeard(stream, listener, TIMING, nothing_missing())

    began = now()
    assert await heard.until() == NEVER
    await beyond(heard, began)

    assert (await heard.until() - began).total_seconds() >= SETTLING


async def test_a_payment_comes_before_the_sweep(
    stream: Stream, listener: PaymentCreatedListener, orders: Store[Order], place: Place
) -> None:
    """An overdue order whose payment waits to be heard is completed, not cancelled."""
    order = await place(left=-60)
    consumer = Consumer(listener, stream, DeadLetters(stream))
    await consumer.create()
    heard = PaymentsHeard(stream, listener, TIMING, nothing_missing())
    sweeper = Sweeper(orders, TIMING, heard.until)
    payment = PaymentCreated(id=new_id(), order_id=order.id, stripe_id="ch_1")
    await Publisher(stream).publish(payment)

    async with asyncio.timeout(BOUND):  # long after it would have followed the clock
        while (now() - order.expires_at).total_seconds() < 60 + 2 * SETTLING:
            assert await sweeper.sweep() == 0
            await asyncio.sleep(0.02)
    consuming = asyncio.create_task(consumer.run())
    await beyond(heard, order.expires_at)
    await end([consuming])

    assert await sweeper.sweep() == 0
    assert (await orders.get(order.id)).status == "complete"


async def test_stands_still_without_the_broker(
    tmp_path: Path, listener: PaymentCreatedListener
) -> None:
    """While the broker is away nobody can say what was paid; afterwards it settles anew."""
    with servers.nats_server(tmp_path) as url:
        stream = connection(url)
        await stream.connect()
        await Consumer(listener, stream, DeadLetters(stream)).create()
        heard = PaymentsHeard(stream, listener, TIMING, nothing_missing())
        await beyond(heard, now())
    before = await _failing(heard)

    with servers.nats_server(tmp_path, port=int(url.rsplit(":", 1)[1])):
        again = now()
        await beyond(heard, again)
        assert (await heard.until() - again).total_seconds() >= SETTLING
    assert before
    await stream.close()


async def test_stands_still_while_payments_are_missing(
    stream: Stream, listener: PaymentCreatedListener
) -> None:
    """What the stream discarded unheard is told again first; afterwards it settles anew."""
    await Consumer(listener, stream, DeadLetters(stream)).create()
    missing = Missing()
    heard = PaymentsHeard(stream, listener, TIMING, missing)

    for awaited in (None, frozenset({"payments"})):
        missing.awaited = awaited
        began = now()
        while (now() - began).total_seconds() < 2 * SETTLING:
            assert await heard.until() == NEVER
            await asyncio.sleep(0.02)

    missing.awaited = frozenset({"tickets"})
    told = now()
    await beyond(heard, told)
    assert (await heard.until() - told).total_seconds() >= SETTLING


async def test_another_stream_settles_anew(
    stream: Stream, listener: PaymentCreatedListener
) -> None:
    """Payments lost with the one before have to be told again first."""
    consumer = Consumer(listener, stream, DeadLetters(stream))
    await consumer.create()
    heard = PaymentsHeard(stream, listener, TIMING, nothing_missing())
    await beyond(heard, now())
    await heard.until()

    await stream.jetstream.delete_stream(stream.name)
    await consumer.create()
    again = now()

    assert not await heard.since(again)
    assert await heard.until() <= again
    await beyond(heard, again)
    assert (await heard.until() - again).total_seconds() >= SETTLING


async def test_an_expiry_waits_for_the_payments_before_it(
    stream: Stream, listener: PaymentCreatedListener, orders: Store[Order], place: Place
) -> None:
    """An order that has just expired is not cancelled while news of payments waits to be heard:
    a replay, for example, comes on another consumer than the news of the expiry."""
    order = await place(left=-0.1)
    consumer = Consumer(listener, stream, DeadLetters(stream))
    await consumer.create()
    heard = PaymentsHeard(stream, listener, TIMING, nothing_missing())
    expired = ExpirationCompleteListener(orders, Timing.of(60), heard.since)
    payment = PaymentCreated(id=new_id(), order_id=order.id, stripe_id="ch_1")
    await Publisher(stream).publish(payment)

    with pytest.raises(PaymentsUnknownError):
        await expired.on_message(ExpirationComplete(order_id=order.id))
    consuming = asyncio.create_task(consumer.run())
    async with asyncio.timeout(BOUND):
        while not await heard.since(order.expires_at):
            await asyncio.sleep(0.02)
    await end([consuming])

    await expired.on_message(ExpirationComplete(order_id=order.id))
    assert (await orders.get(order.id)).status == "complete"


async def test_a_reset_connection(
    stream: Stream, listener: PaymentCreatedListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uvloop's RuntimeError of one is the broker's being away, which the sweeper waits out."""
    await Consumer(listener, stream, DeadLetters(stream)).create()

    async def reset(*_: object, **__: object) -> None:
        raise RuntimeError("unable to perform operation; the handler is closed")

    monkeypatch.setattr(Client, "request", reset)

    with pytest.raises(BrokerUnavailableError):
        await PaymentsHeard(stream, listener, TIMING, nothing_missing()).until()


async def _failing(heard: PaymentsHeard) -> bool:
    async with asyncio.timeout(BOUND):
        while True:
            try:
                await heard.until()
            except BrokerUnavailableError:
                return True
