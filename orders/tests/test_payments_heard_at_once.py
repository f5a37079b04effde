"""Many who ask at the same time whether all payments are heard of."""

import asyncio
from typing import Any

import pytest

from orders.tests.heard import TIMING, beyond, nothing_missing
from ticketing_common.events.catalogue import ExpirationComplete
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.stream import Stream
from ticketing_common.store import Store
from ticketing_common.types import new_id, now
from ticketing_orders.events.listeners.payment_created import PaymentCreatedListener
from ticketing_orders.models.order import Order
from ticketing_orders.payments_heard import PaymentsHeard

PATIENCE = 0.3  # seconds that an answer is held back for a later one


@pytest.fixture
async def heard(stream: Stream, orders: Store[Order]) -> PaymentsHeard:
    """Settled: it follows the clock."""
    listener = PaymentCreatedListener(orders)
    await Consumer(listener, stream, DeadLetters(stream)).create()
    heard = PaymentsHeard(stream, listener, TIMING, nothing_missing())
    await beyond(heard, now())
    return heard


async def test_an_answer_that_comes_late(
    heard: PaymentsHeard, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cluster may answer the second question first: that the stream was shorter when the other
    one was asked is no loss, and nothing settles anew."""
    ask, grown, later = stream.info, asyncio.Event(), asyncio.Event()
    numbers = iter((1, 2))

    async def info() -> Any:
        number = next(numbers)
        answer = await ask()
        if number == 1:
            await Publisher(stream).publish(ExpirationComplete(order_id=new_id()))
            grown.set()
            await asyncio.wait({asyncio.create_task(later.wait())}, timeout=PATIENCE)
        else:
            later.set()
        return answer

    with monkeypatch.context() as slow:
        slow.setattr(stream, "info", info)
        first = asyncio.create_task(heard.until())
        await grown.wait()
        second = asyncio.create_task(heard.until())
        await asyncio.gather(first, second)

    asked = now()
    assert await heard.until() >= asked


async def test_one_answer_for_all(
    heard: PaymentsHeard, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A burst of expiries asks the broker once."""
    ask, asked = stream.info, 0

    async def info() -> Any:
        nonlocal asked
        asked += 1
        return await ask()

    monkeypatch.setattr(stream, "info", info)

    assert all(await asyncio.gather(*(heard.since(now()) for _ in range(64))))
    assert asked == 1
