"""How a real server takes its leave, and how much it takes on."""

import asyncio
import time

import pytest

from common.tests.conftest import Until
from common.tests.serving import WAITING, connect, refused, serving
from ticketing_common import server


async def test_an_idle_connection_is_answered_once_more(until: Until) -> None:
    """A request that a proxy was just sending is not lost, and the answer says goodbye."""
    async with serving() as (running, port, task):
        connection = await connect(port)
        assert b"connection: close" not in await connection.ask()

        running.should_exit = True
        await until(lambda: refused(port))
        head = await connection.ask()

        assert head.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in head
        assert await connection.reader.read() == b""
        await asyncio.wait_for(task, 2)


async def test_nobody_is_waited_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection nothing comes on is closed after the linger."""
    monkeypatch.setattr(server, "LINGER", 0.3)
    async with serving() as (running, port, task):
        connection = await connect(port)
        await connection.ask()

        began = time.monotonic()
        running.should_exit = True
        assert await connection.reader.read() == b""

        assert time.monotonic() - began >= 0.3
        await asyncio.wait_for(task, 2)


async def test_too_many_at_once(until: Until) -> None:
    """503 at once in the standard body for those beyond the places; health still answers."""
    async with serving() as (running, port, _):
        waiting = [await connect(port) for _ in range(2)]
        for each in waiting:
            each.writer.write(WAITING)
        state = running.config.app.state  # type: ignore[union-attr]
        await until(lambda: state.places.taken == 2)

        late = await connect(port)
        async with asyncio.timeout(60):
            head = await late.ask(WAITING)
        assert head.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 2" in head.lower()
        assert b"200" in (await late.ask()).splitlines()[0]

        state.let_go.set()
        for each in waiting:
            assert (await each.answer()).startswith(b"HTTP/1.1 200")
        assert b"200" in (await late.ask(WAITING)).splitlines()[0]
