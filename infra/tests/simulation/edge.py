"""The gateway, and a user's way through it."""

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from infra.tests.chaos.api import Api
from infra.tests.chaos.journal import JSON, Journal
from infra.tests.simulation.http import Headers, Request, Response
from infra.tests.simulation.loop import OWNER
from infra.tests.simulation.network import Network
from infra.tests.simulation.replica import Replica

TIMEOUT = 15.0  # seconds the gateway waits for a service
PATIENCE = 4.0  # seconds a user waits; the harness's users do the same
PREFIXES = {
    "/api/users": "auth",
    "/api/tickets": "tickets",
    "/api/orders": "orders",
    "/api/payments": "payments",
}


class Edge:
    """Asks one replica, and another one where the first can't have done anything yet."""

    def __init__(
        self, network: Network, replicas: Mapping[str, Sequence[Replica]], dice: random.Random
    ) -> None:
        self.network = network
        self.replicas = replicas
        self.dice = dice

    async def ask(self, request: Request) -> Response:
        path = urlsplit(request.url).path
        service = next(name for prefix, name in PREFIXES.items() if path.startswith(prefix))
        replicas = list(self.replicas[service])
        self.dice.shuffle(replicas)
        for replica in replicas:
            since, heard = self.network.loop.time(), Response()
            try:
                async with asyncio.timeout(TIMEOUT):
                    heard = await replica.ask(request, "edge")
                    return heard
            except ConnectionRefusedError:
                continue
            except ConnectionResetError:
                if request.method != "GET":
                    break
            except TimeoutError:
                return _failure(504)
            finally:
                who = OWNER.get().name
                self.network.chronicle.note(who, "asked", since, request, replica.name, heard)
        return _failure(502)


def _failure(status: int) -> Response:
    body = json.dumps({"errors": [{"message": "The service can't be reached"}]})
    return Response(status, [], bytearray(body.encode()), complete=True)


class SimulatedApi(Api):
    """The API as the harness's users ask it, through the simulated gateway."""

    def __init__(self, edge: Edge, journal: Journal) -> None:
        self.journal = journal
        self._edge = edge

    async def close(self) -> None:
        """Nothing is open."""

    async def _send(
        self, method: str, path: str, headers: dict[str, str], body: JSON | None
    ) -> tuple[int, bytes, str] | None:
        sent: Headers = [("host", "ticketing.dev"), *headers.items()]
        content = b""
        if body is not None:
            content = json.dumps(body).encode()
            sent += [
                ("content-type", "application/json"),
                ("content-length", str(len(content))),
            ]
        try:
            async with asyncio.timeout(PATIENCE):
                response = await self._edge.ask(Request(method, path, sent, content))
        except TimeoutError:
            return None
        return response.status, bytes(response.body), response.header("set-cookie")
