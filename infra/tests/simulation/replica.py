"""One replica of a service: its own application, wired as it is in production."""

import asyncio
from importlib import import_module
from typing import Any

from infra.tests.simulation.http import Request, Response, serve
from infra.tests.simulation.infrastructure import Infrastructure
from infra.tests.simulation.loop import Owner
from infra.tests.simulation.mongo.driver import SimulatedDatabase
from infra.tests.wired import ENVIRONMENT
from ticketing_common.store import Database

START = 0.3, 1.5  # seconds until a killed process is up again
STOP_TIMEOUT = 30.0  # seconds after which a pod is killed


class Replica:
    def __init__(
        self, infrastructure: Infrastructure, service: str, number: int, skew: float
    ) -> None:
        self.infrastructure = infrastructure
        self.service = service
        self.name = f"{service}-{number}"
        self.skew = skew
        self.owner = Owner(self.name, skew)
        self.app: Any = None  # while it serves
        self.settled = True  # not starting or stopping
        self._stop = asyncio.Event()
        self._answers: dict[object, asyncio.Future[Response]] = {}  # who waits for one
        self._served: set[object] = set()  # whoever of these was killed does not wait, but is

    def start(self) -> None:
        self.owner = Owner(self.name, self.skew)
        self.settled = False
        self._stop = asyncio.Event()
        self.owner.context().run(self._start)

    def kill(self) -> None:
        """As by `kill -9`: its connections are reset. It is started again a little later."""
        answers, self._answers = self._answers, {}
        for answer in answers.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError(self.name))
        self._end()

    def _end(self) -> None:
        self.infrastructure.loop.kill(self.owner)
        self.app = None
        self._served.clear()
        self.settled = False
        self.infrastructure.nats.drop_clients_of(self.name)
        self.infrastructure.loop.in_world(self.infrastructure.dice.uniform(*START), self.start)

    def stop(self) -> None:
        """As by SIGTERM: it drains, and is killed if that takes too long."""
        stopping = self.owner
        self._stop.set()

        def give_up() -> None:
            if self.owner is stopping and not stopping.dead:
                self.infrastructure.counts["killed for not stopping in time"] += 1
                self.kill()

        self.infrastructure.loop.in_world(STOP_TIMEOUT, give_up)

    async def ask(self, request: Request, who: str) -> Response:
        """Raise `OSError` where it can't be reached, or goes away."""
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        key = object()
        self._answers[key] = answer

        def arrive() -> None:
            if self.app is None:
                if not answer.done():
                    answer.set_exception(ConnectionRefusedError(self.name))
            else:
                self._served.add(key)
                serve(self.app, self.owner, request, done, peer="127.0.0.1")

        def done(response: Response) -> None:
            self._served.discard(key)
            self.infrastructure.network.send(self.name, who, deliver, response)

        def deliver(response: Response) -> None:
            if not answer.done():
                answer.set_result(response)

        self.infrastructure.network.send(who, self.name, arrive)
        try:
            return await answer
        finally:
            self._answers.pop(key, None)

    def _start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._serve())
        self._task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()):
            self.infrastructure.fail(f"{self.name} could not live", error)

    async def _serve(self) -> None:
        app = self._create()
        async with app.router.lifespan_context(app):
            self.app = app
            self.settled = True
            await self._stop.wait()
            self.settled = False
            self.app = None
            while self._served:
                await asyncio.sleep(0.05)
        self.infrastructure.loop.in_world(0, self._exited, self.owner)

    def _exited(self, owner: Owner) -> None:
        """Whatever still ran in the process is gone with it; what it has answered gets through."""
        if self.owner is owner:
            self._end()

    def _create(self) -> Any:
        package = f"ticketing_{self.service}"
        settings = import_module(f"{package}.config").Settings
        configured = settings.from_environment(
            {
                **ENVIRONMENT,
                "NATS_URL": "nats://nats:4222",
                "NATS_CLUSTER_ID": "ticketing",
                "NATS_CLIENT_ID": self.name,
                "STRIPE_WEBHOOK_SECRET": self.infrastructure.webhook_secret,
                "EXPIRATION_WINDOW_SECONDS": str(self.infrastructure.window),
            }
        )
        create_app: Any = import_module(f"{package}.app").create_app
        if self.service not in self.infrastructure.databases:
            return create_app(configured)
        return create_app(
            configured, Database(SimulatedDatabase(self.infrastructure.databases[self.service]))
        )
