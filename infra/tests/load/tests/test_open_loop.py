import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise, repeat

import pytest

from infra.tests.load.open_loop import OpenLoop, due_times
from infra.tests.load.wire import request

HELLO = request("GET", "/")
RATE, SECONDS = 200, 0.2
SENT = list(due_times(RATE, SECONDS))


class Stalling:
    """A server that answers nothing before it has been asked so often."""

    def __init__(self, count: int) -> None:
        self.awaited = count
        self.open = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            while await reader.readline() != b"\r\n":
                pass
            self.awaited -= 1
            if self.awaited <= 0:
                self.open.set()
            await self.open.wait()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        writer.close()


@pytest.fixture
async def port(request: pytest.FixtureRequest) -> AsyncIterator[int]:
    serve = Stalling(request.param).serve
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]


def test_arrivals_are_as_many_as_asked_for_and_the_same_every_time() -> None:
    """Neither in step nor drawn anew for each version."""
    times = list(due_times(1000, 10))

    assert times == list(due_times(1000, 10)) == sorted(times)
    assert 9_500 < len(times) < 10_500
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert max(gaps) > 5 * sum(gaps) / len(gaps)


@pytest.mark.parametrize("port", [len(SENT)], indirect=True)
async def test_what_is_due_while_the_server_stalls_is_late(port: int) -> None:
    """Nobody holds a request back because an earlier one has no answer yet; it counts from then."""
    window = await OpenLoop(port, repeat(HELLO), RATE).run(SECONDS, dict)

    assert window.statuses == {200: len(SENT)}
    assert len(window.latencies) == len(SENT)
    assert max(window.latencies) >= (SENT[-1] - SENT[0]) * 1000


@pytest.mark.parametrize("port", [1], indirect=True)
async def test_requests_may_run_out(port: int) -> None:
    """Then it is over."""
    window = await OpenLoop(port, repeat(HELLO, 3), rate=1000).run(60, dict)

    assert window.statuses == {200: 3}


async def test_who_hangs_up_is_counted() -> None:
    """Status 0, as in the closed loop."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        window = await OpenLoop(port, repeat(HELLO, 3), rate=1000).run(60, dict)

    assert window.statuses == {0: 3}
