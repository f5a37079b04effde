"""What can't be restored is refused before anything is changed."""

import pytest

from common.tests.conftest import Recorder, Until
from common.tests.events.consuming import consuming, event
from common.tests.events.streams import keep
from common.tests.restoring.conftest import Service
from ticketing_common.restoring import backup as backups
from ticketing_common.restoring.past import NotRestorableError
from ticketing_common.testing.since_backup import SinceBackup


async def test_a_stream_that_lacks_the_time_since_is_refused(
    backup: SinceBackup, service: Service
) -> None:
    """Nothing is changed by half."""
    await backup.told(*(event() for _ in range(5)))
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
    monkeypatch.setattr(backups, "PATIENCE", 0.1)

    async def waiting() -> bool:
        info = await consumer.info()
        return bool(info and info.num_waiting)

    async with consuming(backup.stream, Recorder()) as [consumer]:
        await until(waiting)
        with pytest.raises(NotRestorableError, match="stop all its replicas"):
            await service.restored()
