"""Asking processes whether they are ready."""

import asyncio

import pytest

from ticketing_local.processes.readiness import asked, http_ok, listens, until_ready


async def test_no_answer_is_a_no(
    free_port: int, taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody there, or somebody who says nothing."""
    monkeypatch.setattr("ticketing_local.processes.readiness.PATIENCE", 1.0)

    assert not await asked(listens(free_port))
    assert await asked(listens(taken_port))
    assert not await asked(http_ok(taken_port, "/readyz"))


@pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False)])
async def test_only_200_is_a_yes(status: int, ready: bool) -> None:
    """A service that answers 503 is alive, not ready."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status} Whatever\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]

        assert await asked(http_ok(port, "/readyz")) is ready


@pytest.mark.parametrize("rounds", range(5))
async def test_asking_can_be_ended_at_any_moment(rounds: int) -> None:
    """Also when the answer comes at that very moment, or stopping would wait for ever."""
    answers = asyncio.Event()

    async def probe() -> bool:
        await answers.wait()
        return False

    asking = asyncio.create_task(until_ready(probe))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    answers.set()
    for _ in range(rounds):
        await asyncio.sleep(0)
    asking.cancel()

    await asyncio.wait({asking}, timeout=5)
    assert asking.cancelled()
