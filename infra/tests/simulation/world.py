"""One world: every service's real application on simulated stores, users, and what befalls them."""

import asyncio
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from infra.tests.chaos.changes import Change
from infra.tests.chaos.journal import Journal
from infra.tests.chaos.sellers import Seller
from infra.tests.chaos.users import User
from infra.tests.simulation.buyers import AuthenticatingBuyer
from infra.tests.simulation.determinism import EPOCH
from infra.tests.simulation.edge import Edge, SimulatedApi
from infra.tests.simulation.infrastructure import SERVICES, WEBHOOK, Infrastructure
from infra.tests.simulation.loop import Owner, SimulatedLoop
from infra.tests.simulation.plan import Plan
from infra.tests.simulation.replica import Replica
from infra.tests.simulation.stripe import Sender

REPLICAS = 2
SELLERS, BUYERS = 10, 20
PACE = 1.0, 9.0  # seconds between two deeds of a user
WITH_WEBHOOKS = 0.7  # the share of worlds in which Stripe knows where to send them
CALM = "calm"  # what is favoured where little breaks, and little is told by webhooks
WRONG_CLOCKS = 0.0, 0.0, 3.0, -3.0  # seconds, of the expiration service
LIVE = ("created", "awaiting:payment", "complete")


class World(Infrastructure):
    """The services' replicas on it, the gateway before them, and users."""

    def __init__(self, loop: SimulatedLoop, plan: Plan) -> None:
        dice = random.Random(f"world {plan.seed}")
        without = dice.random() > WITH_WEBHOOKS or plan.favoured == CALM
        super().__init__(loop, plan, webhook=None if without else WEBHOOK)
        self.plan = plan
        self.journal = Journal()
        self.changes: list[Change] = []
        self.stream_lost = False  # news of it
        self.stream_outgrown = False  # it has discarded its beginning
        self.troubles: list[tuple[float, float]] = []  # from when to when something was broken
        self.authenticated: dict[str, float] = {}  # when a bank confirmed, by order
        self.databases["orders"].on_commit = self._order_committed
        # Orders trusts no clock but its own, so that of who tells it the time may be any.
        wrong = dict.fromkeys(SERVICES, 0.0) | {"expiration": dice.choice(WRONG_CLOCKS)}
        self.replicas: Mapping[str, list[Replica]] = {
            service: [
                Replica(self, service, number + 1, dice.uniform(-0.05, 0.05) + wrong[service])
                for number in range(REPLICAS)
            ]
            for service in SERVICES
        }
        self.edge = Edge(self.network, self.replicas, self.dice)
        Sender.deliver = self.edge.ask
        self._stop = asyncio.Event()
        self._users: list[asyncio.Task[None]] = []
        self._live: dict[str, set[str]] = {}  # orders by ticket, as a majority has them

    def each_replica(self) -> list[Replica]:
        return [each for replicas in self.replicas.values() for each in replicas]

    def moment(self) -> datetime:
        return datetime.fromtimestamp(EPOCH + self.loop.time(), UTC)

    def calm(self, begin: float, end: float) -> bool:
        """Whether nothing was broken then."""
        return not any(since < end and begin < until for since, until in self.troubles)

    async def boot(self) -> None:
        self.stripe.start()
        for replica in self.each_replica():
            replica.start()
        await self.until_settled()

    async def until_settled(self, timeout: float = 60.0) -> None:
        """Raise `TimeoutError` where some replica does not get ready."""
        async with asyncio.timeout(timeout):
            while not all(each.settled for each in self.each_replica()):
                if self.violations:
                    raise RuntimeError(self.violations[0])
                await asyncio.sleep(0.1)

    def open_doors(self) -> None:
        """Users begin to live, each in a process of their own."""
        api = SimulatedApi(self.edge, self.journal)
        users: list[User] = [
            *(Seller(api, f"seller {n} of {self.plan.seed}", self._stop) for n in range(SELLERS)),
            *(
                AuthenticatingBuyer(
                    api, f"buyer {n} of {self.plan.seed}", self._stop, self.stripe, self._confirmed
                )
                for n in range(BUYERS)
            ),
        ]
        for user in users:
            user.pause = PACE
            Owner(user.email).context().run(self._live_on, user)

    async def close_doors(self) -> None:
        self._stop.set()
        _, late = await asyncio.wait(self._users, timeout=30)
        for task in late:
            task.cancel()
        for task in self._users:
            if task.done() and not task.cancelled() and (failure := task.exception()):
                raise failure

    def stopped_itself(self, owner: Owner) -> None:
        """A service's background work ended: it asked to be stopped."""
        self.counts["stopped itself"] += 1
        for replica in self.each_replica():
            if replica.owner is owner:
                replica.stop()

    def _confirmed(self, order: str) -> None:
        self.authenticated.setdefault(order, self.loop.time())

    def _live_on(self, user: User) -> None:
        self._users.append(self.loop.create_task(user.live()))

    def _order_committed(self, collection: str, id: Any, before: Any, after: Any) -> None:
        """At most one live order a ticket, at every step."""
        if collection != "orders" or after is None:
            return
        status = after["status"]
        if before is None or before["status"] != status:
            ticket = after["ticket"]["id"] if before is None else None
            self.changes.append(Change(str(id), ticket, status, self.moment()))
        live = self._live.setdefault(after["ticket"]["id"], set())
        if status in LIVE:
            live.add(str(id))
        else:
            live.discard(str(id))
        if len(live) > 1:
            self.violations.append(f"{self.loop.time():.3f} s: {sorted(live)} hold one ticket")
