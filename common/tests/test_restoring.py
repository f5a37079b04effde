"""What a service hears again after its database came back from a backup."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from common.tests.conftest import Note, Recorder, Until, news
from common.tests.events.consuming import consuming
from common.tests.events.streams import keep
from ticketing_common import restoring
from ticketing_common.events.catalogue import TicketUpdated
from ticketing_common.restoring import NotRestorableError, Outcome, by_listeners, past_of
from ticketing_common.service import create_service
from ticketing_common.settings import NatsSettings
from ticketing_common.store import Database, Store
from ticketing_common.store.position import StreamPosition
from ticketing_common.testing.since_backup import SinceBackup
from ticketing_common.types import new_id

SETTINGS = NatsSettings(NATS_URL="nats://unused", NATS_CLUSTER_ID="unused", NATS_CLIENT_ID="test")


@pytest.fixture
async def backup(database: Database, nats_url: str, stream_name: str) -> AsyncIterator[SinceBackup]:
    async with SinceBackup.of(database, nats_url, stream_name) as backup:
        yield backup


class Service:
    """Stopped, with one listener."""

    def __init__(self, backup: SinceBackup) -> None:
        self.listener = Recorder()
        self.settings = backup.settings(SETTINGS)
        self.app: FastAPI = create_service(
            self.settings,
            database=backup.database,
            stores=[Store(backup.database, Note)],
            stream=backup.stream,
            listeners=[self.listener],
        )

    async def restored(self) -> Outcome:
        async with past_of(self.app, self.settings) as past:
            await past.tell(by_listeners(self.app.state.listeners))
        return past.outcome

    @property
    def heard(self) -> list[str]:
        return [event.key for event in self.listener.heard]


@pytest.fixture
def service(backup: SinceBackup) -> Service:
    return Service(backup)


def _event(id: str | None = None, version: int = 0) -> TicketUpdated:
    return news(Note(id=id or new_id(), version=version, slug="-"))


async def test_all_since_and_nothing_before(backup: SinceBackup, service: Service) -> None:
    """However much it is; one document's news in the order in which it was published."""
    id = new_id()
    await backup.told(_event(), _event(id, 1))
    await backup.remember()
    versions = range(2, 2 * restoring.AT_ONCE + 10)
    await backup.told(*(_event(id, version) for version in versions))

    outcome = await service.restored()

    assert service.heard == [f"{id}/{version}" for version in versions]
    assert outcome.heard == {"ticket:updated": len(versions)}
    assert outcome.left_out == []


async def test_what_was_out_when_the_backup_was_made(backup: SinceBackup, service: Service) -> None:
    """The backup knows of its consumer that it had heard less than there was."""
    events = [_event() for _ in range(5)]
    await backup.told(*events)
    await backup.remember()
    positions = Store(backup.database, StreamPosition)
    position = await positions.get(StreamPosition.ID)
    heard = {service.listener.durable: 3, "of-a-version-that-is-gone": 0}
    await positions.save(position.next(heard=heard))

    await service.restored()

    assert service.heard == [event.key for event in events[3:]]


async def test_one_that_fails_keeps_none_from_being_heard(
    backup: SinceBackup, service: Service
) -> None:
    bad, good = _event(), _event()
    await backup.stream.publish("ticket:updated", b"no event", {})
    await backup.told(bad, good)

    def trouble(event: TicketUpdated, _: int) -> None:
        if event.id == bad.id:
            raise ValueError("of no use")

    service.listener.trouble = trouble

    outcome = await service.restored()

    assert service.heard == [good.key]
    unread, failed = outcome.left_out
    assert unread.startswith("message 1 can't be read: ")
    assert failed == f"ticket:updated/{bad.key}: ValueError: of no use"


async def test_a_stream_that_lacks_the_time_since_is_refused(
    backup: SinceBackup, service: Service
) -> None:
    """Nothing is changed by half."""
    await backup.told(*(_event() for _ in range(5)))
    await keep(backup.stream, 2)

    with pytest.raises(NotRestorableError, match="no messages 1 to 3 any more"):
        await service.restored()

    assert service.heard == []


async def test_another_stream_is_refused(backup: SinceBackup, service: Service) -> None:
    """Its numbers say nothing of what the backup knows."""
    await backup.stream.jetstream.delete_stream(backup.stream.name)
    await backup.stream.ensure()

    with pytest.raises(NotRestorableError, match="another one"):
        await service.restored()


async def test_a_running_service_is_refused(
    backup: SinceBackup, service: Service, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks for messages."""
    monkeypatch.setattr(restoring, "PATIENCE", 0.1)

    async def waiting() -> bool:
        info = await consumer.info()
        return bool(info and info.num_waiting)

    async with consuming(backup.stream, Recorder()) as [consumer]:
        await until(waiting)
        with pytest.raises(NotRestorableError, match="stop all its replicas"):
            await service.restored()
