"""The port that only a scraper reaches: one page, one request a connection."""

import asyncio
import logging
from contextlib import suppress

from prometheus_client import CONTENT_TYPE_LATEST

from ticketing_common.metrics.metrics import Metrics

logger = logging.getLogger(__name__)

PATH = b"/metrics"
TIMEOUT = 5.0  # seconds for a request to come, and for its answer to go
MOST_CONNECTIONS = 8  # at a time; more are hung up on
MAX_HEAD = 16 * 1024  # bytes


class MetricsServer:
    def __init__(self, metrics: Metrics, host: str, port: int) -> None:
        self.metrics = metrics
        self.host = host
        self.port = port
        self._connections = 0

    async def run(self) -> None:
        server = await asyncio.start_server(self._serve, self.host, self.port, limit=MAX_HEAD)
        async with server:
            await server.serve_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        try:
            if self._connections <= MOST_CONNECTIONS:
                async with asyncio.timeout(TIMEOUT):
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(await self._answer(head.split(b" ", 2)))
                    await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked so, or left, is told nothing
        finally:
            self._connections -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, words: list[bytes]) -> bytes:
        if words[0] != b"GET" or words[1].partition(b"?")[0] != PATH:
            return b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        try:
            body = await self.metrics.text()
        except Exception:
            logger.exception("figures could not be put together")
            return b"HTTP/1.1 500 Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        head = f"content-type: {CONTENT_TYPE_LATEST}\r\ncontent-length: {len(body)}\r\n"
        return b"HTTP/1.1 200 OK\r\n%bconnection: close\r\n\r\n%b" % (head.encode(), body)
