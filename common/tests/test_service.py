"""What every service has in common, from the moment it starts."""

import asyncio
import time
from collections.abc import Iterable

import pytest

from common.tests.conftest import Note
from ticketing_common import service
from ticketing_common.service import create_service
from ticketing_common.settings import Settings
from ticketing_common.store import Database, Store
from ticketing_common.store.indexes import Indexed


class Slow(Database):
    """Takes a moment, or for ever, to be found."""

    delay = 0.2

    async def prepare(self, stores: Iterable[Indexed]) -> None:
        await asyncio.sleep(self.delay)
        await super().prepare(stores)


async def test_requests_are_taken_once_the_store_is_there(database: Database) -> None:
    """Whoever asks at once is not turned away for a moment's patience."""
    slow = Slow(database["notes"].database)
    app = create_service(Settings(), database=slow, stores=[Store(slow, Note)])

    async with app.router.lifespan_context(app):
        assert slow.prepared


async def test_a_store_that_is_away_keeps_nobody_from_starting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while the service starts without it, to say so."""
    monkeypatch.setattr(service, "PATIENCE", 0.1)
    slow = Slow(database["notes"].database)
    slow.delay = 60
    app = create_service(Settings(), database=slow, stores=[Store(slow, Note)])

    began = time.monotonic()
    async with app.router.lifespan_context(app):
        assert time.monotonic() - began < 5
        assert not slow.prepared
