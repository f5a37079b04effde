"""The ids of requests, which events carry on."""

import pytest

from common.tests.conftest import Note, Recorder, Until, news
from common.tests.events.consuming import consuming, event
from ticketing_common.events.catalogue import TicketUpdated
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.stream import Stream
from ticketing_common.request_ids import id_of_message, is_safe
from ticketing_common.service import create_service
from ticketing_common.settings import Settings
from ticketing_common.store import Store
from ticketing_common.testing.plugin import ApiFactory


async def test_a_foreign_request_id_is_not_copied(
    stream: Stream, notes: Store[Note], until: Until
) -> None:
    """Nearly as long as JetStream takes, it would make the news of whatever it led to too long."""

    class Saver(Recorder):
        async def on_message(self, event: TicketUpdated) -> None:
            note = Note(id=event.id, slug=event.id)
            await notes.save(note, news(note))

    foreign = {"X-Request-Id": "x" * 65_500}
    await stream.publish(TicketUpdated.subject, event().model_dump_json().encode(), foreign)

    async with consuming(stream, Saver()):
        await until(lambda: _has_news(notes))
    await Relay(notes.outbox, Publisher(stream)).drain()

    assert (await stream.info()).state.messages == 2
    assert await notes.outbox.pending(10) == []


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        (["first", "second"], "first"),
        (["no id", "second"], "second"),
        (["second", "no id"], "second"),
    ],
)
async def test_the_first_that_is_one_is_answered(
    client_of: ApiFactory, given: list[str], answered: str
) -> None:
    """Where a proxy has added its own to a caller's."""
    client = await client_of(create_service(Settings()))

    response = await client.get("/healthz", headers=[("X-Request-Id", each) for each in given])

    assert response.headers["x-request-id"] == answered


async def _has_news(notes: Store[Note]) -> bool:
    return bool(await notes.outbox.pending(1))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0123456789abcdef-1f", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("two words", False),
        ("caf\xe9", False),
        ("a\n", False),
        ("\ud800", False),
        ("", False),
        (None, False),
    ],
)
def test_what_is_a_request_id(given: str | None, kept: bool) -> None:
    """A short, plain one is kept; any other is replaced by one of our own, which is such a one."""
    id = id_of_message(given)

    assert (id == given) == kept
    assert is_safe(id.encode())
    assert kept or id != id_of_message(given)
