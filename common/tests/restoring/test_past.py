"""What a service hears again after its database came back from a backup."""

import pytest

from common.tests.events.consuming import event
from common.tests.events.streams import keep
from common.tests.restoring.conftest import Service
from ticketing_common.events.catalogue import TicketUpdated
from ticketing_common.restoring.backup import past_of
from ticketing_common.restoring.past import AT_ONCE, NotRestorableError, by_listeners
from ticketing_common.store import Store
from ticketing_common.store.position import StreamPosition
from ticketing_common.testing.since_backup import SinceBackup
from ticketing_common.types import new_id


async def _remembers(backup: SinceBackup, **heard: int) -> None:
    """Of the backup's consumers, what they had surely heard."""
    positions = Store(backup.database, StreamPosition)
    position = await positions.get(StreamPosition.ID)
    await positions.save(position.next(heard=heard))


async def test_all_since_and_nothing_before(backup: SinceBackup, service: Service) -> None:
    """However much it is; one document's news in the order in which it was published."""
    id = new_id()
    await backup.told(event(), event(id, 1))
    await backup.remember()
    await _remembers(backup, **{service.listener.durable: 2})
    versions = range(2, 2 * AT_ONCE + 10)
    await backup.told(*(event(id, version) for version in versions))

    outcome = await service.restored()

    assert service.heard == [f"{id}/{version}" for version in versions]
    assert outcome.heard == {"ticket:updated": len(versions)}
    assert outcome.left_out == []


@pytest.mark.parametrize(("heard", "left"), [(3, 2), (None, 5)])
async def test_what_was_out_when_the_backup_was_made(
    backup: SinceBackup, service: Service, heard: int | None, left: int
) -> None:
    """A consumer had heard less than there was; one that came with a later version, nothing."""
    events = [event() for _ in range(5)]
    await backup.told(*events)
    await backup.remember()
    await _remembers(backup, **({service.listener.durable: heard} if heard else {}))

    await service.restored()

    assert service.heard == [event.key for event in events[5 - left :]]


async def test_its_own_news_is_that_of_after_the_backup(
    backup: SinceBackup, service: Service
) -> None:
    """Whatever its consumers had yet to hear."""
    await backup.told(event(), event())
    await backup.remember()
    await backup.told(since := event())

    await service.restored(its_own=True)

    assert service.heard == [since.key]


async def test_one_that_fails_keeps_none_from_being_heard(
    backup: SinceBackup, service: Service
) -> None:
    bad, good = event(), event()
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


async def test_what_is_its_own_and_fails_ends_it(backup: SinceBackup, service: Service) -> None:
    """The numbers of what is not there would be handed out again."""
    await backup.told(event())

    def trouble(_: TicketUpdated, __: int) -> None:
        raise ValueError("of no use")

    service.listener.trouble = trouble

    with pytest.raises(NotRestorableError, match="of no use"):
        await service.restored(its_own=True)


async def test_what_somebody_deleted_is_named(backup: SinceBackup, service: Service) -> None:
    first, second, third = (event() for _ in range(3))
    await backup.told(first, second, third)
    await backup.stream.jetstream.delete_msg(backup.stream.name, 2)

    outcome = await service.restored()

    assert service.heard == [first.key, third.key]
    assert outcome.left_out == ["message 2, which was deleted"]


async def test_what_is_discarded_while_it_hears_ends_it(
    backup: SinceBackup, service: Service
) -> None:
    """The second pass would be without what the first one had. (Several are read side by side.)"""
    await backup.told(*(event() for _ in range(5)))

    async with past_of(service.app, service.settings) as past:
        await keep(backup.stream, 2)
        with pytest.raises(NotRestorableError, match=r"message [123] was discarded meanwhile"):
            await past.of_others(by_listeners(service.app.state.listeners))
