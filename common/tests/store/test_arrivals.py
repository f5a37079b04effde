"""Asking for what another service has just made."""

import asyncio
from datetime import timedelta

import pytest
from bson import ObjectId

from ticketing_common.errors import NotAuthorizedError, NotFoundError
from ticketing_common.store import arrivals as module
from ticketing_common.store.arrivals import MOST, NEW, PATIENCE, Arrivals
from ticketing_common.types import new_id, now

OLD = str(ObjectId.from_datetime(now() - NEW - timedelta(seconds=5)))


class Replica:
    """What a service knows, and how often it was asked."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.asked = 0

    async def get(self, id: str) -> str:
        self.asked += 1
        if id not in self.known:
            raise NotFoundError
        return id


async def test_what_is_known_is_not_waited_for() -> None:
    """Asked once, and done."""
    replica, id = Replica(), new_id()
    replica.known.add(id)

    assert await Arrivals().once_heard(id, lambda: replica.get(id)) == id
    assert replica.asked == 1


async def test_what_arrives_is_there_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits hears of it before the next look, and only of what they wait for."""
    monkeypatch.setattr(module, "FIRST_PAUSE", PATIENCE)
    arrivals, replica, id = Arrivals(), Replica(), new_id()
    waiting = [asyncio.create_task(arrivals.once_heard(id, lambda: replica.get(id)))] * 2
    await asyncio.sleep(PATIENCE / 5)
    arrivals.tell(new_id())
    await asyncio.sleep(0)

    replica.known.add(id)
    arrivals.tell(id)

    assert await asyncio.gather(*waiting) == [id, id]
    assert asyncio.get_running_loop().time() < PATIENCE / 4


async def test_what_another_replica_hears_is_found() -> None:
    """It is looked for, now and then."""
    arrivals, replica, id = Arrivals(), Replica(), new_id()
    waiting = asyncio.create_task(arrivals.once_heard(id, lambda: replica.get(id)))
    await asyncio.sleep(PATIENCE / 2)

    replica.known.add(id)

    assert await waiting == id
    assert replica.asked < 8


async def test_what_never_comes_is_not_found() -> None:
    """After a while, and nobody is kept in mind."""
    arrivals, replica, id = Arrivals(), Replica(), new_id()

    with pytest.raises(NotFoundError):
        await arrivals.once_heard(id, lambda: replica.get(id))

    assert PATIENCE <= asyncio.get_running_loop().time() < 2 * PATIENCE
    assert arrivals.waiting == 0


@pytest.mark.parametrize("id", [OLD, "nonsense", ""])
async def test_nobody_waits_for_what_is_no_news(id: str) -> None:
    """A link from yesterday, or no id at all: not found, at once."""
    replica = Replica()

    with pytest.raises(NotFoundError):
        await Arrivals().once_heard(id, lambda: replica.get(id))

    assert replica.asked == 1


async def test_only_so_many_wait() -> None:
    """Whoever makes up ids keeps no more of us busy than that."""
    arrivals, replica, id = Arrivals(), Replica(), new_id()
    waiting = [
        asyncio.create_task(arrivals.once_heard(id, lambda: replica.get(id))) for _ in range(MOST)
    ]
    await asyncio.sleep(0)
    began = replica.asked

    with pytest.raises(NotFoundError):
        await arrivals.once_heard(id, lambda: replica.get(id))

    assert (began, replica.asked) == (MOST, MOST + 1)
    assert all(
        isinstance(each, NotFoundError)
        for each in await asyncio.gather(*waiting, return_exceptions=True)
    )
    assert arrivals.waiting == 0


async def test_other_errors_are_not_waited_out() -> None:
    """What is found to be somebody else's is refused."""

    async def ask() -> None:
        raise NotAuthorizedError

    with pytest.raises(NotAuthorizedError):
        await Arrivals().once_heard(new_id(), ask)


async def test_whoever_hangs_up_is_forgotten() -> None:
    """A cancelled request waits no more."""
    arrivals, replica, id = Arrivals(), Replica(), new_id()
    waiting = asyncio.create_task(arrivals.once_heard(id, lambda: replica.get(id)))
    await asyncio.sleep(PATIENCE / 5)

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert arrivals.waiting == 0
