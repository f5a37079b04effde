"""A turn of telling everything again that does not come to its end."""

import asyncio
from datetime import timedelta

import pytest

from common.tests.conftest import Note, Until, news, watching
from ticketing_common.errors import ServiceUnavailableError
from ticketing_common.events import resync_server
from ticketing_common.events.resync import Republisher
from ticketing_common.events.resync_server import ResyncServer
from ticketing_common.events.stream import Stream
from ticketing_common.store import Database, Store
from ticketing_common.store.resync_state import ResyncState
from ticketing_common.types import now


@pytest.fixture
async def replicas(
    stream: Stream, database: Database, notes: Store[Note], note: Note
) -> list[ResyncServer]:
    """Two of a service that has been asked."""
    await notes.save(note)
    republishers = [Republisher(notes, news)]
    both = [watching(stream, database, republishers=republishers).resync for _ in range(2)]
    assert not await both[0].ask("a")
    return both


@pytest.mark.parametrize("how", ["an outage", "stopped"])
async def test_another_replica_goes_on_at_once(
    replicas: list[ResyncServer], monkeypatch: pytest.MonkeyPatch, until: Until, how: str
) -> None:
    """What one has to give up, by an outage or at its end, keeps nobody waiting for its lease."""
    first, second = replicas
    begun = False

    async def broken(_: Republisher) -> int:
        nonlocal begun
        begun = True
        if how == "an outage":
            raise ServiceUnavailableError
        await asyncio.Event().wait()
        return 0

    with monkeypatch.context() as breaking:
        breaking.setattr(Republisher, "run", broken)
        turn = asyncio.create_task(first.take_turn())
        await until(lambda: begun)
        if how == "stopped":
            turn.cancel()
        with pytest.raises((ServiceUnavailableError, asyncio.CancelledError)):
            await turn

    await second.take_turn()
    assert await second.ask("a")


async def test_a_killed_replica_is_waited_for_seconds(
    replicas: list[ResyncServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could not say so, and may be at it still; yet orders wait to be expired meanwhile."""
    _, second = replicas
    assert timedelta(0) < resync_server.LEASE < timedelta(seconds=10)
    end = now() + timedelta(milliseconds=300)
    await second.states.change(ResyncState.ID, lambda state: state.next(leased_until=end))

    await second.take_turn()
    assert not await second.ask("a")
    await asyncio.sleep((end - now()).total_seconds() + 0.01)
    await second.take_turn()
    assert await second.ask("a")
