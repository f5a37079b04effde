"""One page's calls of the API: by one deadline, in the visitor's name."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

import httpx
from pydantic import TypeAdapter, ValidationError

from ticketing_client.transport import ApiUnavailableError, Transport

# Of the time left when a write begins; the rest is for the reads of the page that tells of it.
WRITES_PART = 0.75

T = TypeVar("T")


@dataclass(frozen=True)
class Part(Generic[T]):
    """A page of a list, and the cursor to the next one; None where this is the last."""

    items: list[T]
    next: str | None


class Calls:
    """They share one deadline; a write leaves some time to tell what it did."""

    def __init__(self, transport: Transport, timeout: float, headers: Mapping[str, str]) -> None:
        self._transport = transport
        self._timeout = timeout
        self._headers = headers
        self._deadline: float | None = None

    async def _get(self, path: str, adapter: TypeAdapter[T]) -> T:
        return parse(await self._read(path), adapter)

    async def _part(
        self, path: str, asked: Mapping[str, str | int], adapter: TypeAdapter[list[T]]
    ) -> Part[T]:
        query = urlencode({name: value for name, value in asked.items() if value})
        answer = await self._read(f"{path}?{query}" if query else path)
        following = answer.links.get("next", {}).get("url")
        cursor = following and httpx.URL(following).params.get("cursor")
        return Part(parse(answer, adapter), cursor or None)

    async def _read(self, path: str) -> httpx.Response:
        return await self._transport.send("GET", path, self._headers, None, self._left())

    async def _send(
        self, method: str, path: str, body: object, timeout: float | None = None
    ) -> httpx.Response:
        if timeout is None:
            timeout = self._left() * WRITES_PART
        return await self._transport.send(method, path, self._headers, body, timeout)

    def _left(self) -> float:
        """Seconds until the page has to be told, from its first call on."""
        now = asyncio.get_running_loop().time()
        if self._deadline is None:
            self._deadline = now + self._timeout
        return max(self._deadline - now, 0)


def parse(response: httpx.Response, adapter: TypeAdapter[T]) -> T:
    """Raise `ApiUnavailableError` for what is no answer of ours."""
    try:
        return adapter.validate_json(response.content)
    except ValidationError as error:
        raise ApiUnavailableError(f"{response.url.path}: an answer we can't read") from error
