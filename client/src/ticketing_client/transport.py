"""How requests reach the public API: bounded in time, on a visitor's behalf, keeping nothing."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from ticketing_client.connections import Connections
from ticketing_common.tracing import spans


class ApiUnavailableError(Exception):
    """No usable answer in time. Whether a write was carried out is not known."""


@dataclass
class ApiRefusedError(Exception):
    """A 4xx answer; `errors` pairs each message with the field it is about, if any."""

    status: int
    errors: list[tuple[str, str | None]]
    client_secret: str | None = None
    retry_after: str | None = None

    @property
    def message(self) -> str:
        return " ".join(message for message, _ in self.errors)

    def __str__(self) -> str:
        return f"{self.status}: {self.message}"


class Transport:
    """The way to the public API for all visitors.

    It asks the connections itself, without an `httpx.AsyncClient`: that would keep cookies, and
    send one visitor's session along with the next request.
    """

    def __init__(self, url: str, connections: httpx.AsyncBaseTransport | None = None) -> None:
        self._url = url.rstrip("/")
        self._connections = connections or Connections()

    async def send(
        self, method: str, path: str, headers: Mapping[str, str], body: object, timeout: float
    ) -> httpx.Response:
        """The API's answer within `timeout` seconds.

        Raises `ApiRefusedError` for a 4xx, `ApiUnavailableError` for anything else than success.
        """
        try:
            with spans.span(f"{method} the API", "client"):
                response = await self._ask(method, path, headers, body, timeout)
        except (TimeoutError, httpx.HTTPError) as error:
            raise ApiUnavailableError(f"{method} {path}: {error!r}") from error
        if 400 <= response.status_code < 500:
            raise _refusal(response)
        if not response.is_success:
            raise ApiUnavailableError(f"{method} {path}: {response.status_code}")
        return response

    async def close(self) -> None:
        await self._connections.aclose()

    async def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: object, timeout: float
    ) -> httpx.Response:
        sent = {**headers, **spans.trace_headers()}
        as_sent = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
        request = httpx.Request(method, self._url + path, headers=as_sent, json=body)
        async with asyncio.timeout(timeout):
            response = await self._connections.handle_async_request(request)
            await response.aread()
        response.request = request
        spans.update(attributes={"http.response.status_code": response.status_code})
        return response


def _refusal(response: httpx.Response) -> ApiRefusedError:
    status, retry_after = response.status_code, response.headers.get("Retry-After")
    try:
        body: Any = response.json()
        errors = [(str(error["message"]), error.get("field")) for error in body["errors"]]
        return ApiRefusedError(status, errors, body.get("clientSecret"), retry_after)
    except (ValueError, KeyError, TypeError, AttributeError):
        message = f"The request was refused ({status})"
        return ApiRefusedError(status, [(message, None)], retry_after=retry_after)
