"""The gateway, as browsers see it."""

import asyncio
import http.client
import json
from typing import Any

from ticketing_local.data.ports import LOOPBACK
from ticketing_local.servers.nginx_config import Gateway


class Site:
    """The running gateway, asked as browsers do."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    async def ask(
        self, path: str, *, method: str = "GET", port: int | None = None, **options: Any
    ) -> tuple[http.client.HTTPResponse, bytes]:
        return await asyncio.to_thread(self._ask, method, path, port, options)

    async def echo(self, path: str, **options: Any) -> dict[str, Any]:
        _, body = await self.ask(path, **options)
        echoed: dict[str, Any] = json.loads(body)
        return echoed

    def _ask(
        self, method: str, path: str, port: int | None, options: dict[str, Any]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection(LOOPBACK, port or self.gateway.port, timeout=10)
        try:
            connection.request(method, path, **options)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()
