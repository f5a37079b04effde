"""The proxy that stands between services and stores."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from infra.tests.chaos.proxy import Mode, Proxy


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """In front of a server that says everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    proxy = Proxy()
    proxy.target = server.sockets[0].getsockname()[1]
    yield proxy
    await proxy.close()
    server.close()


async def connect(proxy: Proxy) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", await proxy.start())


async def test_it_passes_bytes_both_ways(proxy: Proxy) -> None:
    """Nothing changes on the way."""
    # Given a connection through the proxy
    reader, writer = await connect(proxy)

    # When something is sent
    writer.write(b"hello")

    # Then the answer comes back
    assert await asyncio.wait_for(reader.readexactly(5), 5) == b"hello"
    writer.close()


async def test_a_stalled_connection_goes_on_afterwards(proxy: Proxy) -> None:
    """A stall delays bytes and loses none."""
    # Given a stalled connection into which something was sent
    reader, writer = await connect(proxy)
    proxy.set(Mode.STALL)
    writer.write(b"hello")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readexactly(5), 0.2)

    # When the stall is over
    proxy.set(Mode.PASS)

    # Then it arrives
    assert await asyncio.wait_for(reader.readexactly(5), 5) == b"hello"
    writer.close()


async def test_a_cut_ends_every_connection(proxy: Proxy) -> None:
    """What is open is reset."""
    # Given an open connection
    reader, writer = await connect(proxy)
    writer.write(b"hello")
    await asyncio.wait_for(reader.readexactly(5), 5)

    # When connections are cut
    proxy.set(Mode.CUT)

    # Then it ends
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 5)
    writer.close()
