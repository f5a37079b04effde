"""The laptop's Stripe, in this process, and the way to it of Stripe's own library."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

import httpx
import stripe

from infra.tests.chaos.dashboard import StripeControl
from infra.tests.simulation.http import Request, Response, serve
from infra.tests.simulation.loop import OWNER, WORLD, Owner
from infra.tests.simulation.network import Network
from ticketing_stripe_fake.app import create_app
from ticketing_stripe_fake.fake import Fake

TIMEOUT = 30.0  # seconds; the gateway gives up sooner


class Stripe:
    """Its ledger is written in one step with each answer, so a restart loses nothing of it."""

    def __init__(self, network: Network, fake: Fake) -> None:
        self.network = network
        self.fake = fake
        self.owner = Owner("stripe")
        self.app = create_app(fake)
        self.control = Control(self)
        self._waiting: dict[object, asyncio.Future[Response]] = {}

    def start(self) -> None:
        """Begin what goes on beside the requests: refunds that fail, webhooks on their way."""
        self.owner.context().run(self._start)

    def _start(self) -> None:
        self._beside = asyncio.get_running_loop().create_task(self.fake.run())

    def restart(self) -> None:
        """Killed and started again: whoever waits hears nothing."""
        self.network.loop.kill(self.owner)
        self.fake.keys.let_go()  # a killed request ends without its `finally`
        self.owner = Owner("stripe")
        self.start()
        waiting, self._waiting = self._waiting, {}
        for reply in waiting.values():
            if not reply.done():
                reply.set_exception(ConnectionResetError("Stripe went away"))

    async def ask(self, request: Request) -> Response:
        """Raise `OSError` where the connection breaks."""
        who, key, since = OWNER.get().name, object(), self.network.loop.time()
        reply: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._waiting[key] = reply

        def arrive() -> None:
            serve(self.app, self.owner, request, answer, peer="127.0.0.1")

        def answer(response: Response) -> None:
            self.network.chronicle.note(who, "asked", since, request, "stripe", response)
            self.network.send("stripe", who, deliver, response)

        def deliver(response: Response) -> None:
            if not reply.done():
                if response.complete:
                    reply.set_result(response)
                else:
                    reply.set_exception(ConnectionResetError("no answer"))

        self.network.send(who, "stripe", arrive)
        try:
            async with asyncio.timeout(TIMEOUT):
                return await reply
        finally:
            self._waiting.pop(key, None)


class Control(StripeControl):
    """The fake's control API, which no fault of the network touches."""

    def __init__(self, server: Stripe) -> None:
        self._server = server

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        answered: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        request = Request(method, f"/_fake{path}", [], json.dumps(body).encode() if body else b"")
        serve(self._server.app, WORLD, request, answered.set_result, peer="127.0.0.1")
        return json.loads((await answered).body)


class Sender:
    """What the fake sends its webhooks with, in the place of httpx; `deliver` is the gateway's."""

    Limits = httpx.Limits
    HTTPError = httpx.HTTPError
    deliver: ClassVar[Callable[[Request], Awaitable[Response]]]

    class AsyncClient:
        def __init__(self, timeout: float, **_: Any) -> None:
            self._timeout = timeout

        async def __aenter__(self) -> "Sender.AsyncClient":
            return self

        async def __aexit__(self, *_: object) -> None:
            """Nothing is open."""

        async def post(
            self, url: str, content: bytes, headers: Mapping[str, str]
        ) -> httpx.Response:
            """Raise `httpx.HTTPError` where no answer comes."""
            request = Request("POST", url, list(headers.items()), content)
            try:
                async with asyncio.timeout(self._timeout):
                    response = await Sender.deliver(request)
            except TimeoutError as error:
                raise httpx.ReadTimeout("no answer") from error
            return httpx.Response(response.status)


class Client(stripe.HTTPClient):
    """In the place of the library's own; `server` is set before any is made."""

    name = "simulated"
    server: ClassVar[Stripe]

    def __init__(self, **_: Any) -> None:
        super().__init__()

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        request = Request(method.upper(), url, list(headers.items()), body)
        try:
            response = await self.server.ask(request)
        except (OSError, TimeoutError) as error:
            raise stripe.APIConnectionError(str(error)) from error  # type: ignore[no-untyped-call]
        return bytes(response.body), response.status, dict(response.headers)

    async def sleep_async(self, secs: float) -> None:
        await asyncio.sleep(secs)

    async def close_async(self) -> None:
        """Nothing is open."""
