"""What a connection may say, and how long it may take."""

import asyncio
import re

import pytest

from common.tests.conftest import Until
from common.tests.serving import POST, REQUEST, WAITING, connect, serving
from ticketing_common import protocol
from ticketing_common.protocol import MAX_WAITING


@pytest.mark.parametrize(
    ("begun", "answers"),
    [
        (b"", []),
        (b"G", [b"408"]),
        (b"GET / HTTP/1.1\r\nHost: ", [b"408"]),
        (REQUEST + b"GET / HT", [b"200", b"408"]),
        (WAITING + b"GET / HT", []),  # it would be taken for the first one's answer
        (POST + b'{"said":', [b"408"]),
        (POST.replace(b"100", b"900000") + b" " * 70_000, [b"413"]),
    ],
)
async def test_a_request_that_never_ends(
    monkeypatch: pytest.MonkeyPatch, begun: bytes, answers: list[bytes]
) -> None:
    """The connection is closed, however much of it has come, and each request answered once."""
    monkeypatch.setattr(protocol, "REQUEST_TIMEOUT", 0.2)
    async with serving() as (_, port, _):
        connection = await connect(port)
        connection.writer.write(begun)

        async with asyncio.timeout(60):
            said = await connection.reader.read()

    assert re.findall(rb"HTTP/1.1 ([0-9]+)", said) == answers
    if answers == [b"408"]:
        assert said.endswith(b'{"errors":[{"message":"The request took too long to arrive"}]}')


async def test_a_body_cut_short(caplog: pytest.LogCaptureFixture, until: Until) -> None:
    """Who goes away amid a request is no failure of ours."""
    async with serving() as (running, port, _):
        connection = await connect(port)
        connection.writer.write(POST + b'{"said":')
        await until(lambda: bool(running.server_state.tasks))
        connection.writer.close()
        await until(lambda: not running.server_state.tasks)

    assert "failed" not in caplog.messages


async def test_a_handler_may_take_its_time(monkeypatch: pytest.MonkeyPatch, until: Until) -> None:
    """What came in full, in however many pieces, is waited for."""
    monkeypatch.setattr(protocol, "REQUEST_TIMEOUT", 1.0)
    async with serving() as (running, port, _):
        connection = await connect(port)
        connection.writer.write(WAITING[:9])
        await connection.writer.drain()
        connection.writer.write(WAITING[9:])
        state = running.config.app.state  # type: ignore[union-attr]
        await until(lambda: state.places.taken == 1)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await connection.reader.read()
        state.let_go.set()
        assert b"200" in await connection.answer()


async def test_a_connection_may_rest_between_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked in full once is not closed for asking nothing more yet."""
    monkeypatch.setattr(protocol, "REQUEST_TIMEOUT", 1.0)
    async with serving() as (_, port, _):
        connection = await connect(port)
        await connection.ask()

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await connection.reader.read()
        assert b"200" in await connection.ask()


async def test_many_requests_at_once(until: Until) -> None:
    """As many as may wait are answered in their order; the connection of more is closed."""
    async with serving() as (running, port, _), asyncio.timeout(60):
        connection = await connect(port)
        connection.writer.write(WAITING + REQUEST * MAX_WAITING)
        state = running.config.app.state  # type: ignore[union-attr]
        await until(lambda: state.places.taken == 1)
        state.let_go.set()
        for _ in range(1 + MAX_WAITING):
            assert b"200" in (await connection.answer()).splitlines()[0]

        state.let_go.clear()
        connection.writer.write(WAITING + REQUEST * 10_000)
        await until(lambda: not running.server_state.connections)


async def test_nonsense_is_told_so() -> None:
    """What is no HTTP is a 400 in the standard body."""
    async with serving() as (_, port, _), asyncio.timeout(60):
        connection = await connect(port)
        connection.writer.write(b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")
        said = await connection.reader.read()

    assert said.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert said.endswith(b'{"errors":[{"message":"The request can\'t be understood"}]}')
