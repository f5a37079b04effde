"""Every service does all that it does, by its own user's rights: real apps on a real NATS."""

import asyncio
from contextlib import suppress

import pytest
from nats.js.errors import NotFoundError

from infra.tests.bad_input.events import good
from infra.tests.rights.conftest import settings
from infra.tests.wired import LISTENING, wired
from ticketing_common.events.catalogue import (
    ExpirationComplete,
    OrderCancelled,
    OrderCreated,
    PaymentCreated,
    TicketCreated,
    TicketUpdated,
)
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.rights import RIGHTS, resync, users
from ticketing_common.events.stream import Stream
from ticketing_common.types import new_id

EVENTS = (
    TicketCreated,
    TicketUpdated,
    OrderCreated,
    OrderCancelled,
    ExpirationComplete,
    PaymentCreated,
)
BOUND = 15.0  # seconds


class Silent:
    """Takes what the expiration service schedules."""

    async def schedule(self, order_id: str, at: object) -> None: ...


@pytest.mark.parametrize("user", [user for service in LISTENING for user in users(service)])
async def test_a_service_does_all_it_does_by_its_own_rights(
    broker: str, operator: Stream, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It hears, keeps dead letters, counts them, publishes, hears all again, tells all again when
    asked, by either of its names, and nothing is refused it."""
    own = settings(broker, user)
    (rights,) = [rights for rights in RIGHTS if user in users(rights.service)]
    app = await wired(rights.service, **{k: str(v) for k, v in own.model_dump().items()})
    listeners: list[AnyListener] = app.state.listeners
    for listener in listeners:
        if hasattr(listener, "queue"):
            listener.queue = Silent()
    stream = Stream(own)
    await stream.connect()
    letters = DeadLetters(stream)

    async with app.router.lifespan_context(app), asyncio.timeout(BOUND):
        for listener in listeners:
            await operator.jetstream.publish(str(listener.event.subject), b"poison")
        for listener in listeners:
            await _heard_all(operator, listener)
        assert await letters.count(rights.queue_group) == len(listeners)
        assert (await app.state.health.report(["broker"])) == {"broker": "ok"}
        for listener in listeners:
            await Consumer(listener, stream, letters).recreate()
            await _heard_all(operator, listener)
        for kind in EVENTS:
            if kind.subject in rights.publishes:
                await Publisher(stream).publish(good(kind, new_id()))

        for asker in [each for each in RIGHTS if rights.service in each.asks]:
            asking = Stream(settings(broker, users(asker.service)[1]))
            await asking.connect()
            place = resync(asking.name, rights.service)
            while b'"told":true' not in await asking.request(place, b"once-more"):
                await asyncio.sleep(0.05)
            await asking.close()

    await stream.close()
    assert [record for record in caplog.records if "refuses" in record.message] == []


async def _heard_all(operator: Stream, listener: AnyListener) -> None:
    while True:
        with suppress(NotFoundError):  # not made yet
            info = await operator.jetstream.consumer_info(operator.name, listener.durable)
            idle = not info.num_pending and not info.num_ack_pending
            if idle and info.delivered and info.delivered.consumer_seq:
                return
        await asyncio.sleep(0.05)
