"""What services run on: the time, a network, simulated stores, NATS, Redis and Stripe."""

import random
import traceback
from collections import Counter

import fakeredis

from infra.tests.simulation.loop import SimulatedLoop
from infra.tests.simulation.mongo.replica_set import ReplicaSet
from infra.tests.simulation.nats.server import Server
from infra.tests.simulation.nats.transport import Transport
from infra.tests.simulation.network import Network
from infra.tests.simulation.plan import Plan
from infra.tests.simulation.redis import Redis
from infra.tests.simulation.stripe import Client, Stripe
from ticketing_stripe_fake.delays import Delays
from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.webhooks import Endpoint

SERVICES = ("auth", "tickets", "orders", "payments", "expiration")
DATABASES = SERVICES[:4]
WINDOW = 6  # seconds an order holds its ticket
WEBHOOK_SECRET = "whsec_simulated"
WEBHOOK = Endpoint("http://ticketing.dev/api/payments/webhook", WEBHOOK_SECRET, retry_seconds=0.3)
DELAYS = Delays(refund=2.0, dispute=2.0)  # seconds


class Infrastructure:
    """`counts` is what happened, by kind; `violations` what never may, as soon as it is seen."""

    def __init__(self, loop: SimulatedLoop, plan: Plan, webhook: Endpoint | None) -> None:
        self.loop = loop
        self.dice = random.Random(f"luck {plan.luck}")  # of the edge, and of who starts again
        self.window = WINDOW
        self.webhook_secret = WEBHOOK_SECRET
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []
        self.network = Network(loop, plan.luck)
        self.chronicle = self.network.chronicle
        self.databases = {name: ReplicaSet(f"{name}-mongo", self.network) for name in DATABASES}
        self.nats = Transport.server = Server(self.network, loop)
        self.redis = Redis.fake = fakeredis.FakeServer()
        self.stripe = Client.server = Stripe(self.network, Fake(delays=DELAYS, webhook=webhook))

    def fail(self, what: str, error: BaseException) -> None:
        """Something went wrong that no fault explains."""
        lines = traceback.format_exception(error)
        self.violations.append(f"{self.loop.time():.3f} s: {what}: {''.join(lines[-3:])}")
