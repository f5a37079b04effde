"""How large a request may be: its head, its trailers, its body."""

import asyncio
import re

import pytest

from common.tests.serving import POST, REQUEST, connect, serving
from ticketing_common.protocol import MAX_BODY, MAX_HEAD, MAX_HEADERS, PIECE

GET = REQUEST[:-2]  # without its end
CHUNKED = POST.replace(b"Content-Length: 100", b"Transfer-Encoding: chunked")


def filler(size: int, each: int = 8000) -> bytes:
    """Headers of so many bytes in all."""
    line = b"X-Filler: " + b"x" * (each - 12) + b"\r\n"
    whole, rest = divmod(size - 20, each)
    return line * whole + b"X: " + b"x" * (rest + 20 - 5) + b"\r\n"


TOO_LARGE = {
    "one endless header": GET + b"X-Filler: " + b"x" * 1_000_000,
    "one large header": GET + b"X-Filler: " + b"x" * (MAX_HEAD + 1) + b"\r\n\r\n",
    "endless headers": GET + filler(1_000_000),
    "endless small headers": GET + b"a:\r\n" * 100_000,
    "too many headers": GET + b"a:\r\n" * MAX_HEADERS + b"\r\n",
    "a name without an end": GET + b"x" * 1_000_000,
    "an endless request line": b"GET /" + b"x" * 1_000_000,
    "a little more than allowed": GET + filler(MAX_HEAD) + b"\r\n",
    "endless trailers": CHUNKED + b"0\r\n" + b"a: b\r\n" * 100_000,
    "an endless trailer": CHUNKED + b"2\r\n{}\r\n0\r\nX: " + b"x" * 1_000_000,
    "an endless chunk extension": CHUNKED + b"2;" + b"x" * 1_000_000,
}


@pytest.mark.parametrize("kind", TOO_LARGE)
async def test_a_head_that_is_too_large(kind: str) -> None:
    """431 in the standard body, and the end of the connection, however it is sent."""
    for size in (len(TOO_LARGE[kind]), 1000):
        async with serving() as (_, port, _), asyncio.timeout(60):
            connection = await connect(port)
            await connection.ask()
            answers = asyncio.create_task(connection.reader.read())
            try:
                for start in range(0, len(TOO_LARGE[kind]), size):
                    connection.writer.write(TOO_LARGE[kind][start : start + size])
                    await connection.writer.drain()
            except ConnectionError:  # closed before we had said it all
                pass
            said = await answers

        assert re.findall(rb"HTTP/1.1 ([0-9]+)", said)[-1:] == [b"431"], said
        assert said.endswith(b'{"errors":[{"message":"The request\'s headers are too large"}]}')
        assert b"connection: close" in said


async def test_a_head_as_large_as_allowed() -> None:
    """64 KiB in all, or so many headers, are answered, in pieces or at once."""
    async with serving() as (_, port, _), asyncio.timeout(60):
        connection = await connect(port)
        for head in (
            GET + filler(MAX_HEAD - 200) + b"\r\n",
            GET + b"a:\r\n" * (MAX_HEADERS - 1) + b"\r\n",
        ):
            assert b"200" in (await connection.ask(head)).splitlines()[0]
            connection.writer.write(head[:-3000])
            await connection.writer.drain()
            assert b"200" in (await connection.ask(head[-3000:])).splitlines()[0]


async def test_trailers_are_no_headers() -> None:
    """What comes after the body is not taken for the request's, nor for the next one's."""
    async with serving() as (_, port, _), asyncio.timeout(60):
        connection = await connect(port)
        body = b'c\r\n{"said":"a"}\r\n0\r\nX-Request-ID: trailer\r\n\r\n'
        for ask in (CHUNKED + body, REQUEST):
            head = await connection.ask(ask)
            assert b"200" in head.splitlines()[0]
            assert b"trailer" not in head


async def test_a_body_in_many_chunks() -> None:
    """Their framing may be more than a head, as long as a body comes with it."""
    said = b'{"said":"' + b"x" * 40_000 + b'"}'
    chunks = b"".join(b"1;a\r\n%c\r\n" % each for each in said) + b"0\r\n\r\n"
    assert len(chunks) > 4 * MAX_HEAD
    async with serving() as (_, port, _), asyncio.timeout(60):
        assert b"200" in (await (await connect(port)).ask(CHUNKED + chunks)).splitlines()[0]


@pytest.mark.parametrize("head", [POST.replace(b"/echo", b"/nowhere"), POST])
async def test_an_endless_body(head: bytes) -> None:
    """Nobody keeps more of it than any route takes, also where no route reads it."""
    async with serving() as (_, port, _), asyncio.timeout(60):
        connection = await connect(port)
        answers = asyncio.create_task(connection.reader.read())
        try:
            connection.writer.write(head.replace(b"100", b"9999999") + b"x" * (MAX_BODY + PIECE))
            await connection.writer.drain()
            connection.writer.write_eof()
        except ConnectionError:
            pass
        said = await answers

    assert re.findall(rb"HTTP/1.1 ([0-9]+)", said) == [b"413" if head == POST else b"404"]
