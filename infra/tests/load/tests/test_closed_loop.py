import asyncio
from collections.abc import AsyncIterator
from itertools import cycle, repeat

import pytest

from infra.tests.load.closed_loop import ClosedLoop
from infra.tests.load.connection import Connection
from infra.tests.load.wire import request

HELLO = request("GET", "/")
KEPT = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
CLOSED = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"


class Echo:
    """A server that gives the next of its answers; empty ones hang up."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = cycle(answers)
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while await reader.readline():
            while await reader.readline() != b"\r\n":
                pass
            answer = next(self.answers)
            writer.write(answer)
            if not answer or b"close" in answer:
                break
        writer.close()


@pytest.fixture
async def port(server: Echo) -> AsyncIterator[int]:
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Echo:
    return Echo(*request.param)


@pytest.mark.parametrize("server", [[KEPT]], indirect=True)
async def test_every_connection_asks_until_the_time_is_over(server: Echo, port: int) -> None:
    """Answers are counted, and CPU is taken before the first and after the last."""
    usages = iter([{"server": 1}, {"server": 5}])

    window = await ClosedLoop(port, repeat(HELLO), 4).run(0.01, 0.1, lambda: next(usages))

    assert server.connections == 4
    assert window.statuses[200] == window.answered(frozenset({200})) > len(window.latencies) > 0
    assert (window.before, window.after) == ({"server": 1}, {"server": 5})


@pytest.mark.parametrize("server", [[KEPT]], indirect=True)
async def test_requests_may_run_out(server: Echo, port: int) -> None:
    """Then nobody waits for the rest of the time."""
    window = await ClosedLoop(port, repeat(HELLO, 10), 4).run(0.0, 60, dict)

    assert window.statuses[200] == 10


@pytest.mark.parametrize("server", [[CLOSED]], indirect=True)
async def test_a_server_may_close_after_an_answer(server: Echo, port: int) -> None:
    """NGINX does after a thousand: the next request has a connection of its own."""
    connection = Connection(port)

    answers = [await connection.fetch(HELLO) for _ in range(3)]

    assert [answer.status for answer in answers] == [200] * 3
    assert server.connections == 3


@pytest.mark.parametrize("server", [[b""]], indirect=True)
async def test_a_lost_connection_is_an_answer_too(server: Echo, port: int) -> None:
    """Status 0, so that it is counted instead of waited for."""
    assert (await Connection(port).fetch(HELLO)).status == 0
