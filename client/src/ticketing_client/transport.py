"""How requests reach the public API: bounded in time, on a visitor's behalf, keeping nothing."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx


class ApiUnavailableError(Exception):
    """No usable answer in time. Whether a write was carried out is not known."""


@dataclass
class ApiRefusedError(Exception):
    """A 4xx answer; `errors` pairs each message with the field it is about, if any."""

    status: int
    errors: list[tuple[str, str | None]]
    client_secret: str | None = None

    @property
    def message(self) -> str:
        return " ".join(message for message, _ in self.errors)

    def __str__(self) -> str:
        return f"{self.status}: {self.message}"


class Transport:
    """One pool of connections for all visitors.

    It never keeps a cookie: httpx would send one visitor's session along with the next request.
    """

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            transport=transport,
            timeout=None,  # noqa: S113 - `send` bounds the whole exchange instead
            limits=httpx.Limits(max_connections=200, max_keepalive_connections=50),
            trust_env=False,
        )

    async def send(
        self, method: str, path: str, headers: Mapping[str, str], body: object, timeout: float
    ) -> httpx.Response:
        """The API's answer within `timeout` seconds.

        Raises `ApiRefusedError` for a 4xx, `ApiUnavailableError` for anything else than success.
        """
        content = None if body is None else json.dumps(body)
        kind = {} if content is None else {"content-type": "application/json"}
        try:
            async with asyncio.timeout(timeout):
                response = await self._client.request(
                    method, path, content=content, headers={**headers, **kind}
                )
        except (TimeoutError, httpx.HTTPError) as error:
            raise ApiUnavailableError(f"{method} {path}: {error!r}") from error
        if 400 <= response.status_code < 500:
            raise _refusal(response)
        if not response.is_success:
            raise ApiUnavailableError(f"{method} {path}: {response.status_code}")
        return response

    async def close(self) -> None:
        await self._client.aclose()


def _refusal(response: httpx.Response) -> ApiRefusedError:
    try:
        body: Any = response.json()
        errors = [(str(error["message"]), error.get("field")) for error in body["errors"]]
        return ApiRefusedError(response.status_code, errors, body.get("clientSecret"))
    except (ValueError, KeyError, TypeError, AttributeError):
        message = f"The request was refused ({response.status_code})"
        return ApiRefusedError(response.status_code, [(message, None)])
