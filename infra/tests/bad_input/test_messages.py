"""Bad messages between good ones, on a real NATS, for every listener of every service."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from infra.tests.bad_input.events import bad, good
from infra.tests.wired import LISTENING, wired
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.event import Event
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.stream import Stream
from ticketing_common.settings import NatsSettings
from ticketing_common.tasks import end
from ticketing_common.types import new_id

BAD, GOOD = 1000, 20
BOUND = 120.0  # seconds


class Silent:
    """Takes what the expiration service schedules."""

    async def schedule(self, order_id: str, at: object) -> None: ...


async def listeners() -> list[tuple[str, AnyListener, Any]]:
    """Each listener of each service, with its service's stores by the documents' names."""
    found = []
    for service in LISTENING:
        app = await wired(service)
        stores = {document.__name__: store for document, store in app.state.stores.items()}
        found += [(service, listener, stores) for listener in app.state.listeners]
    return found


NAMES = [
    f"{service}-{type(listener).__name__}" for service, listener, _ in asyncio.run(listeners())
]


@pytest.fixture
async def stream(nats_url: str) -> AsyncIterator[Stream]:
    settings = NatsSettings(NATS_URL=nats_url, NATS_CLUSTER_ID="poison", NATS_CLIENT_ID="test")
    stream = Stream(settings)
    await stream.connect()
    yield stream
    await stream.jetstream.delete_stream(stream.name)
    await stream.jetstream.delete_stream(stream.dead_letters)
    await stream.close()


@pytest.fixture
def quiet() -> Iterator[None]:
    """A thousand tracebacks tell nobody anything."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_there_are_ten() -> None:
    """Whoever adds a listener has it tested here."""
    assert len(NAMES) == 10


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("quiet")
async def test_a_listener_survives_a_thousand_bad_messages(stream: Stream, name: str) -> None:
    """It handles every good one, keeps every bad one as a dead letter, and is done with all."""
    _, listener, stores = (await listeners())[NAMES.index(name)]
    if hasattr(listener, "queue"):
        listener.queue = Silent()
    ids = [await _known(stores, listener) for _ in range(GOOD)]
    events = [good(listener.event, id) for id in ids]
    handled = _watch(listener)
    dead_letters = DeadLetters(stream)
    consuming = asyncio.create_task(Consumer(listener, stream, dead_letters).run())

    await _publish(stream, listener, events)

    await _until(lambda: _count_is(dead_letters, BAD))
    await _until(lambda: _is_done(stream, listener))
    await end([consuming])
    # Some twice, perhaps: ahead of the backlog that so many are, and in their turn.
    assert {event.key for event in handled} == {event.key for event in events}
    assert await dead_letters.count(listener.queue_group) == BAD


async def _known(stores: Any, listener: AnyListener) -> str:
    """The id of a document that the event can be about."""
    id = new_id()
    ticket = {"title": "A concert", "price": 20}
    order = {"user_id": new_id(), "status": "created", "expires_at": "2999-01-01T00:00:00Z"}
    if listener.queue_group == "tickets-service":
        kind = stores["Ticket"].document
        await stores["Ticket"].save(kind(id=id, user_id=new_id(), **ticket))
    if listener.queue_group == "orders-service":
        held = {"id": id, "version": 0, "reservation": 1, **ticket}
        kind = stores["Order"].document
        await stores["Order"].save(kind(id=id, ticket=held, **order))
    return id


def _watch(listener: AnyListener) -> list[Event]:
    """The events that the listener's own handler has returned from."""
    handled: list[Event] = []
    handle = listener.on_message

    async def on_message(event: Event) -> None:
        await handle(event)
        handled.append(event)

    listener.on_message = on_message  # type: ignore[method-assign]
    return handled


async def _publish(stream: Stream, listener: AnyListener, events: list[Event]) -> None:
    """The good ones spread evenly among the bad ones."""
    subject = str(listener.event.subject)
    messages = list(bad(events[0], BAD))
    for number, event in enumerate(events):
        messages.insert(number * (BAD // GOOD + 1), event.model_dump_json(by_alias=True).encode())
    for message in messages:
        await stream.client.publish(subject, message)
    await stream.client.flush()


async def _count_is(dead_letters: DeadLetters, expected: int) -> bool:
    return await dead_letters.count() >= expected


async def _is_done(stream: Stream, listener: AnyListener) -> bool:
    info = await stream.jetstream.consumer_info(stream.name, listener.durable)
    return not info.num_pending and not info.num_ack_pending


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + BOUND
    while not await condition():
        assert time.monotonic() < deadline, "it did not come to an end in time"
        await asyncio.sleep(0.05)
