"""Asking for what another service has just made."""

import asyncio
from datetime import timedelta

import pytest
from bson import ObjectId

from common.tests.conftest import USER
from ticketing_common.errors import NotAuthorizedError, NotFoundError
from ticketing_common.store import arrivals as module
from ticketing_common.store.arrivals import FIRST_PAUSE, MOST, MOST_EACH, NEW, PATIENCE, Arrivals
from ticketing_common.types import new_id, now

OLD = str(ObjectId.from_datetime(now() - NEW - timedelta(seconds=5)))


class Replica:
    """What a service knows, and how often it was asked; a read takes so many seconds."""

    def __init__(self, takes: float = 0.0) -> None:
        self.known: set[str] = set()
        self.asked = 0
        self.takes = takes

    async def get(self, id: str) -> str:
        self.asked += 1
        there = id in self.known
        await asyncio.sleep(self.takes)
        if not there:
            raise NotFoundError
        return id


async def test_what_is_known_is_not_waited_for() -> None:
    """Asked once, and done."""
    replica, id = Replica(), new_id()
    replica.known.add(id)

    assert await Arrivals().once_heard(id, USER, lambda: replica.get(id)) == id
    assert replica.asked == 1


async def test_what_arrives_is_there_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All who wait hear of it before the next look, and only of what they wait for; an id's letters
    may be of either case."""
    monkeypatch.setattr(module, "FIRST_PAUSE", PATIENCE)
    arrivals, replica, id = Arrivals(), Replica(), new_id()
    replica.known.add(id.upper())
    waiting = [
        asyncio.create_task(arrivals.once_heard(id, USER, lambda: replica.get(id)))
        for _ in range(2)
    ]
    await asyncio.sleep(PATIENCE / 5)
    arrivals.tell(new_id())
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)

    replica.known.add(id)
    arrivals.tell(id.upper())

    assert await asyncio.gather(*waiting) == [id, id]
    assert asyncio.get_running_loop().time() < PATIENCE / 4
    assert arrivals.outcomes == {"heard": 2, "not heard": 0, "refused": 0}


@pytest.mark.parametrize("moment", [0.0, 0.02, 0.11, 0.19, 0.33, 0.55])
async def test_what_arrives_while_one_asks_is_not_missed(moment: float) -> None:
    """A slow read that has begun before says no: it is asked once more, at once."""
    loop = asyncio.get_running_loop()
    arrivals, replica, id = Arrivals(), Replica(takes=0.1), new_id()

    def arrive() -> None:
        replica.known.add(id)
        arrivals.tell(id)

    loop.call_later(moment, arrive)

    assert await arrivals.once_heard(id, USER, lambda: replica.get(id)) == id
    assert loop.time() <= moment + 0.1 + 0.1 + module.LONGEST_PAUSE


async def test_what_another_replica_hears_is_found() -> None:
    """It is looked for, now and then."""
    arrivals, replica, id = Arrivals(), Replica(), new_id()
    waiting = asyncio.create_task(arrivals.once_heard(id, USER, lambda: replica.get(id)))
    await asyncio.sleep(PATIENCE / 2)

    replica.known.add(id)

    assert await waiting == id
    assert replica.asked < 8


async def test_what_never_comes_is_not_found() -> None:
    """After a while, and nobody is kept in mind."""
    arrivals, replica, id = Arrivals(), Replica(), new_id()

    with pytest.raises(NotFoundError):
        await arrivals.once_heard(id, USER, lambda: replica.get(id))

    assert PATIENCE <= asyncio.get_running_loop().time() < 2 * PATIENCE
    assert arrivals.waiting == 0


async def test_a_slow_store_is_asked_no_more_often_than_there_is_time() -> None:
    """Patience counts from the first time, with what that took."""
    arrivals, replica, id = Arrivals(), Replica(takes=2 * PATIENCE), new_id()

    with pytest.raises(NotFoundError):
        await arrivals.once_heard(id, USER, lambda: replica.get(id))

    assert replica.asked == 1


@pytest.mark.parametrize("id", [OLD, "nonsense", ""])
async def test_nobody_waits_for_what_is_no_news(id: str) -> None:
    """A link from yesterday, or no id at all: not found, at once."""
    replica = Replica()

    with pytest.raises(NotFoundError):
        await Arrivals().once_heard(id, USER, lambda: replica.get(id))

    assert replica.asked == 1


@pytest.mark.parametrize(
    ("users", "most"),
    [(["one and the same"], MOST_EACH), ([str(number) for number in range(MOST)], MOST)],
)
async def test_only_so_many_wait(users: list[str], most: int) -> None:
    """Whoever makes up ids keeps nobody from being waited for, and no more of us busy than that."""
    arrivals, replica, id = Arrivals(), Replica(), new_id()

    def ask(user: str) -> asyncio.Task[str]:
        return asyncio.create_task(arrivals.once_heard(id, user, lambda: replica.get(id)))

    waiting = [ask(user) for user in users * (most // len(users))]
    await asyncio.sleep(FIRST_PAUSE / 2)
    assert arrivals.waiting == most

    with pytest.raises(NotFoundError):
        await arrivals.once_heard(id, users[0], lambda: replica.get(id))

    assert (arrivals.outcomes["refused"], arrivals.waiting) == (1, most)
    other = ask("somebody else") if most < MOST else None
    await asyncio.sleep(FIRST_PAUSE / 4)
    assert arrivals.waiting == most + (other is not None)
    replica.known.add(id)
    arrivals.tell(id)
    assert set(await asyncio.gather(*waiting, *([other] if other else []))) == {id}
    assert arrivals.waiting == 0


async def test_other_errors_are_not_waited_out() -> None:
    """What is found to be somebody else's is refused."""

    async def ask() -> None:
        raise NotAuthorizedError

    with pytest.raises(NotAuthorizedError):
        await Arrivals().once_heard(new_id(), USER, ask)


async def test_whoever_hangs_up_is_forgotten() -> None:
    """A cancelled request waits no more."""
    arrivals, replica, id = Arrivals(), Replica(), new_id()
    waiting = asyncio.create_task(arrivals.once_heard(id, USER, lambda: replica.get(id)))
    await asyncio.sleep(PATIENCE / 5)

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert arrivals.waiting == 0
