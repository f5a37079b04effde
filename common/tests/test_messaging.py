"""What runs on the stream beside a service."""

from typing import Any, ClassVar

from common.tests.conftest import Note, Recorder
from ticketing_common.events.gaps import Missing
from ticketing_common.events.stream import Stream
from ticketing_common.messaging import Messaging
from ticketing_common.settings import NatsSettings
from ticketing_common.store import Database, Document, Store

SETTINGS = NatsSettings(NATS_URL="nats://unused", NATS_CLUSTER_ID="test", NATS_CLIENT_ID="test")


class Silent(Document):
    collection: ClassVar[str] = "silent"


async def test_what_publishes_has_a_relay(database: Database) -> None:
    """What does not is spared a look every second."""
    stores: list[Store[Any]] = [Store(database, Note), Store(database, Silent)]

    work = Messaging(Stream(SETTINGS), database, stores, [Recorder()], [], Missing()).work

    assert [name for name in work if name.startswith("relay")] == ["relay of notes"]
