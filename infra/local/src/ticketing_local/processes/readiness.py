"""Asking a process whether it does its work yet."""

import asyncio

from ticketing_local.data.ports import LOOPBACK
from ticketing_local.processes.process import Probe

INTERVAL = 0.1  # seconds between two questions
PATIENCE = 2.0  # seconds for an answer


async def until_ready(probe: Probe) -> None:
    """Ask until the answer is yes."""
    while not await asked(probe):
        await asyncio.sleep(INTERVAL)


async def asked(probe: Probe) -> bool:
    """Ask once; no answer in time is a no."""
    try:
        # Not wait_for: before Python 3.12 it may swallow a cancellation.
        async with asyncio.timeout(PATIENCE):
            return await probe()
    except (OSError, asyncio.IncompleteReadError):  # a TimeoutError is an OSError
        return False


def http_ok(port: int, path: str) -> Probe:
    """Whether a GET of the path is answered with 200."""

    async def probe() -> bool:
        request = f"GET {path} HTTP/1.0\r\nHost: {LOOPBACK}\r\n\r\n"
        return b" 200 " in await first_line(port, request.encode())

    return probe


def listens(port: int) -> Probe:
    """Whether connections are taken."""

    async def probe() -> bool:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
        writer.close()
        return True

    return probe


async def first_line(port: int, request: bytes) -> bytes:
    """The first line that a server answers, its end included."""
    return await last_line(port, request, lines=1)


async def last_line(port: int, request: bytes, lines: int) -> bytes:
    """The last of so many lines that a server answers, its end included."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(request)
        return [await reader.readuntil(b"\n") for _ in range(lines)][-1]
    finally:
        writer.close()
