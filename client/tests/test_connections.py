"""The connections to the API, over a real wire."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from ticketing_client.connections import Connections
from ticketing_client.transport import Transport

ANSWER = (
    b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
    b"set-cookie: session=one; path=/\r\nset-cookie: other=two\r\n\r\n[]"
)


class Listener:
    """A server that answers everything alike and keeps what it was asked, to the letter."""

    def __init__(self) -> None:
        self.heads: list[list[bytes]] = []
        self.connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head.strip().split(b"\r\n"))
                length = next(
                    (h for h in self.heads[-1] if h.lower().startswith(b"content-l")), b":0"
                )
                await reader.readexactly(int(length.partition(b":")[2]))
                writer.write(ANSWER)
        except asyncio.IncompleteReadError:
            writer.close()


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
async def transport(listener: Listener) -> AsyncIterator[Transport]:
    server = await asyncio.start_server(listener, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    transport = Transport(f"http://{host}:{port}", Connections())
    yield transport
    await transport.close()
    server.close()
    await server.wait_closed()


async def test_sends_what_it_was_given_and_no_more(
    transport: Transport, listener: Listener
) -> None:
    """Bytes of a cookie that are no ASCII arrive as they came; nothing is added or kept."""
    headers = {"cookie": "name=J\xc3\xbcrgen", "host": "gittix.test"}  # as an ASGI server decodes

    await transport.send("GET", "/api/tickets", headers, None, 5)
    answer = await transport.send("POST", "/api/orders", {"host": "gittix.test"}, {"a": "ü"}, 5)

    first, second = listener.heads
    assert first[0] == b"GET /api/tickets HTTP/1.1"
    assert sorted(first[1:]) == [b"cookie: name=J\xc3\xbcrgen", b"host: gittix.test"]
    assert sorted(second[1:]) == [
        b"Content-Length: 10",
        b"Content-Type: application/json",
        b"host: gittix.test",
    ]
    assert (answer.status_code, answer.json()) == (201, [])
    assert answer.headers.get_list("set-cookie") == ["session=one; path=/", "other=two"]
    assert listener.connections == 1


async def test_nobody_listens() -> None:
    """A refused connection is httpx's error, which the transport knows."""
    connections = Connections()

    with pytest.raises(httpx.TransportError):
        await connections.handle_async_request(httpx.Request("GET", "http://127.0.0.1:1/"))

    await connections.aclose()
