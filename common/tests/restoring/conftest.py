"""A stopped service, and a backup of its database."""

import pytest
from fastapi import FastAPI

from common.tests.conftest import Note, Recorder
from ticketing_common.restoring.backup import past_of
from ticketing_common.restoring.past import Outcome, by_listeners
from ticketing_common.service import create_service
from ticketing_common.settings import NatsSettings
from ticketing_common.store import Store
from ticketing_common.testing.since_backup import SinceBackup

SETTINGS = NatsSettings(NATS_URL="nats://unused", NATS_CLUSTER_ID="unused", NATS_CLIENT_ID="test")


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

    async def restored(self, *, its_own: bool = False) -> Outcome:
        async with past_of(self.app, self.settings) as past:
            hear = past.of_its_own if its_own else past.of_others
            await hear(by_listeners(self.app.state.listeners))
        return past.outcome

    @property
    def heard(self) -> list[str]:
        return [event.key for event in self.listener.heard]


@pytest.fixture
def service(backup: SinceBackup) -> Service:
    return Service(backup)
