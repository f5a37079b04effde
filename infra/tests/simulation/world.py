"""One world: every service's real application on simulated stores, users, and what befalls them."""

import asyncio
import random
import traceback
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import fakeredis

from infra.tests.chaos.changes import Change
from infra.tests.chaos.journal import Journal
from infra.tests.chaos.sellers import Seller
from infra.tests.chaos.users import User
from infra.tests.simulation.buyers import AuthenticatingBuyer
from infra.tests.simulation.determinism import EPOCH
from infra.tests.simulation.edge import Edge, SimulatedApi
from infra.tests.simulation.loop import Owner, SimulatedLoop
from infra.tests.simulation.mongo.replica_set import ReplicaSet
from infra.tests.simulation.nats.server import Server
from infra.tests.simulation.nats.transport import Transport
from infra.tests.simulation.network import Network
from infra.tests.simulation.plan import Plan
from infra.tests.simulation.redis import Redis
from infra.tests.simulation.replica import Replica
from infra.tests.simulation.stripe import Client, Sender, Stripe
from ticketing_stripe_fake.delays import Delays
from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.webhooks import Endpoint

SERVICES = ("auth", "tickets", "orders", "payments", "expiration")
DATABASES = SERVICES[:4]
REPLICAS = 2
WINDOW = 6  # seconds an order holds its ticket
SELLERS, BUYERS = 10, 20
PACE = 1.0, 9.0  # seconds between two deeds of a user
WEBHOOK_SECRET = "whsec_simulated"
WEBHOOK = Endpoint("http://ticketing.dev/api/payments/webhook", WEBHOOK_SECRET, retry_seconds=0.3)
WITH_WEBHOOKS = 0.7  # the share of worlds in which Stripe knows where to send them
CALM = "calm"  # what is favoured where little breaks, and little is told by webhooks
WRONG_CLOCKS = 0.0, 0.0, 3.0, -3.0  # seconds, of the expiration service
DELAYS = Delays(refund=2.0, dispute=2.0)  # seconds
LIVE = ("created", "awaiting:payment", "complete")


class World:
    """`counts` is what happened, by kind; `violations` what never may, as soon as it is seen."""

    def __init__(self, loop: SimulatedLoop, plan: Plan) -> None:
        self.loop = loop
        self.plan = plan
        self.dice = random.Random(f"luck {plan.luck}")  # of the edge, and of who starts again
        self.window = WINDOW
        self.webhook_secret = WEBHOOK_SECRET
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []
        self.journal = Journal()
        self.changes: list[Change] = []
        self.stream_lost = False  # news of it
        self.stream_outgrown = False  # it has discarded its beginning
        self.troubles: list[tuple[float, float]] = []  # from when to when something was broken
        self.authenticated: dict[str, float] = {}  # when a bank confirmed, by order
        dice = random.Random(f"world {plan.seed}")
        without = dice.random() > WITH_WEBHOOKS or plan.favoured == CALM
        webhook = None if without else WEBHOOK
        self.network = Network(loop, plan.luck)
        self.chronicle = self.network.chronicle
        self.databases = {name: ReplicaSet(f"{name}-mongo", self.network) for name in DATABASES}
        self.databases["orders"].on_commit = self._order_committed
        self.nats = Transport.server = Server(self.network, loop)
        self.redis = Redis.fake = fakeredis.FakeServer()
        self.stripe = Client.server = Stripe(self.network, Fake(delays=DELAYS, webhook=webhook))
        # Orders trusts no clock but its own, so that of who tells it the time may be any.
        wrong = dict.fromkeys(SERVICES, 0.0) | {"expiration": dice.choice(WRONG_CLOCKS)}
        self.replicas: Mapping[str, list[Replica]] = {
            service: [
                Replica(self, service, number + 1, dice.uniform(-0.05, 0.05) + wrong[service])
                for number in range(REPLICAS)
            ]
            for service in SERVICES
        }
        self.edge = Edge(self)
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
                AuthenticatingBuyer(self, api, f"buyer {n} of {self.plan.seed}", self._stop)
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

    def fail(self, what: str, error: BaseException) -> None:
        """Something went wrong that no fault explains."""
        lines = traceback.format_exception(error)
        self.violations.append(f"{self.loop.time():.3f} s: {what}: {''.join(lines[-3:])}")

    def stopped_itself(self, owner: Owner) -> None:
        """A service's background work ended: it asked to be stopped."""
        self.counts["stopped itself"] += 1
        for replica in self.each_replica():
            if replica.owner is owner:
                replica.stop()

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
