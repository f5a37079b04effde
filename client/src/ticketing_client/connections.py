"""The connections to the public API: httpx's requests and responses over aiohttp's wire.

httpx's own pool looks at every open connection at every request: a call took 530 to 890 µs of
CPU with it, growing with the load, and takes 150 with this (infra/tests/load, two cores).
"""

import aiohttp
import httpx
from yarl import URL

# aiohttp would add words of its own to what the visitor's request said.
NOTHING_ADDED = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")
MOST_CONNECTIONS = 200


class Connections(httpx.AsyncBaseTransport):
    """One pool for all visitors. It keeps no cookie, follows nothing, knows no proxy or timeout."""

    def __init__(self) -> None:
        self._pool: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The whole answer; raises `httpx.TransportError` where there is none."""
        try:
            async with self._opened().request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=[(name.decode(), _text(value)) for name, value in request.headers.raw],
                data=request.content or None,
                allow_redirects=False,
                skip_auto_headers=NOTHING_ADDED,
            ) as answer:
                content = await answer.read()
                headers = list(answer.raw_headers)
        except (aiohttp.ClientError, OSError) as error:
            raise httpx.TransportError(repr(error)) from error
        return httpx.Response(answer.status, headers=headers, content=content)

    async def aclose(self) -> None:
        if self._pool is not None:
            await self._pool.close()

    def _opened(self) -> aiohttp.ClientSession:
        """Opened at the first request: a session belongs to the loop that runs then."""
        if self._pool is None:
            self._pool = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=MOST_CONNECTIONS, ssl=httpx.create_ssl_context()
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(),
                auto_decompress=False,
            )
        return self._pool


def _text(value: bytes) -> str:
    """A header's value such that aiohttp sends the same bytes; what is no UTF-8 is left out."""
    return value.decode(errors="ignore")
