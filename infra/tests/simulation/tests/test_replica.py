"""How a simulated replica goes, and what becomes of whom it was answering."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import Response as Answer
from starlette.routing import Route

from infra.tests.simulation.http import Request, Response
from infra.tests.simulation.infrastructure import Infrastructure
from infra.tests.simulation.loop import SimulatedLoop
from infra.tests.simulation.plan import Plan
from infra.tests.simulation.replica import Replica

TAKEN = 1.0  # seconds that an answer takes


class Slow(Replica):
    """A service that answers everything, later."""

    def _create(self) -> Any:
        async def answer(_: Any) -> Answer:
            await asyncio.sleep(TAKEN)
            return Answer("done")

        return Starlette(routes=[Route("/", answer)])


@asynccontextmanager
async def asking(loop: SimulatedLoop) -> AsyncIterator[tuple[Slow, "asyncio.Task[Response]"]]:
    """A replica whose answer has just gone off, to somebody to whom the way is stalled."""
    infrastructure = Infrastructure(loop, Plan(1), None)
    replica = Slow(infrastructure, "slow", 1, 0.0)
    replica.start()
    await asyncio.sleep(0.1)
    asked = asyncio.ensure_future(replica.ask(Request("GET", "http://slow/"), "edge"))
    await asyncio.sleep(TAKEN / 2)
    infrastructure.network.stall("slow-1", "edge")
    await asyncio.sleep(TAKEN)
    assert not asked.done()
    yield replica, asked


def test_one_that_stops_has_its_answers_arrive() -> None:
    """As what is in a socket's buffer does, whatever became of the process."""
    loop = SimulatedLoop(1)

    async def world() -> Response:
        async with asking(loop) as (replica, asked):
            replica.stop()
            await asyncio.sleep(5)
            assert replica.settled  # it is up again
            replica.infrastructure.network.resume_all()
            return await asked

    assert loop.run_until_complete(world()).body == b"done"


def test_one_that_is_killed_resets_its_connections() -> None:
    """Also those on which it has answered."""
    loop = SimulatedLoop(1)

    async def world() -> None:
        async with asking(loop) as (replica, asked):
            replica.kill()
            await asked

    with pytest.raises(ConnectionResetError):
        loop.run_until_complete(world())


def test_whoever_has_gone_keeps_none_from_stopping() -> None:
    """A caller that was killed never says that it waits no more."""
    loop = SimulatedLoop(1)

    async def world() -> int:
        async with asking(loop) as (replica, asked):
            replica.stop()
            await asyncio.sleep(5)
            asked.cancel()
            return replica.infrastructure.counts["killed for not stopping in time"]

    assert loop.run_until_complete(world()) == 0
