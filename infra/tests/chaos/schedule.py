"""Which fault strikes when: drawn from a seed, the same each time."""

import random
from dataclasses import dataclass
from itertools import product

from infra.tests.chaos.plan import PROXIED, REPLICAS, SERVICES, members

GAP = 1.1  # seconds between two faults, on average
CALM = 2.0  # seconds without any at both ends
STRIPE_FAULTS = (
    *("latency", "slow_response", "unavailable", "rate_limit", "lock_timeout"),
    *("error_before", "error_after", "lost_response", "hang", "drop_request", "forget_key"),
)
WEBHOOK_FAULTS = (
    *("webhook_lost", "webhook_late", "webhook_reordered"),
    *("webhook_twice", "webhook_forged"),
)
CONSUMERS = (
    *("tickets-service_order-created", "orders-service_ticket-created"),
    *("orders-service_payment-created", "payments-service_order-cancelled"),
    "expiration-service_order-created",
)
# What auth stores is told to nobody; orders' replica set is watched by the harness itself.
RESTORED = ("tickets", "payments")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `at` and `seconds` (how long it lasts) in seconds of the run."""

    at: float
    kind: str
    target: str
    seconds: float

    @property
    def by_itself(self) -> bool:
        """Stripe tells of it, or nobody would know."""
        return self.kind == "dashboard" or self.target in WEBHOOK_FAULTS

    def __str__(self) -> str:
        lasting = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.kind} {self.target}{lasting}"


def processes() -> list[str]:
    """Everything that can be killed."""
    replicas = [f"{name}-{n + 1}" for name, n in product(SERVICES, range(REPLICAS))]
    return [*replicas, *members(), *PROXIED, "gateway"]


def deck() -> list[tuple[str, str, float]]:
    """Every fault once (the likelier ones more often), with how long it lasts at most."""
    return [
        *(("kill", name, 0.0) for name in processes()),
        *(("pause", name, 3.0) for name in processes()),
        *(("stall", name, 3.0) for name in PROXIED),
        *(("cut", name, 2.0) for name in PROXIED),
        *(("stripe", kind, 4.0) for kind in STRIPE_FAULTS),
        *(("stripe", kind, 4.0) for kind in WEBHOOK_FAULTS),
        *[("dashboard", "refund", 0.0)] * 3,
        *[("dashboard", "part of a refund", 0.0)] * 2,
        *[("dashboard", "dispute", 0.0)] * 2,
        *[("dashboard", "decide a dispute", 0.0)] * 3,
        *(("lose consumer", name, 0.0) for name in CONSUMERS),
        *[("failover", "orders-mongo", 1.5)] * 4,
        *[("step down", "orders-mongo", 0.0)] * 2,
        *[("wipe", "expiration-redis", 0.0)] * 2,
    ]


def schedule(
    seed: int,
    seconds: float,
    wipe_stream: bool = False,
    upgrade: bool = False,
    silent: bool = False,
    restore: bool = False,
) -> list[Fault]:
    """The faults of a run. `wipe_stream`: NATS loses everything, once, in its middle. `upgrade`:
    each service's replicas exchange their versions, once in either half. `silent`: Stripe does
    nothing by itself. `restore`: a service's database comes back from a backup of the run's first
    third."""
    dice = random.Random(f"schedule {seed}")
    cards: list[tuple[str, str, float]] = []
    faults: list[Fault] = []
    at = CALM
    while (at := at + dice.uniform(0.3, 2 * GAP - 0.3)) < seconds - CALM:
        if not cards:
            cards = deck()
            dice.shuffle(cards)
        kind, target, longest = cards.pop()
        lasts = round(dice.uniform(0.3, longest), 1) if longest else 0.0
        faults.append(Fault(round(at, 1), kind, target, lasts))
    if silent:
        faults = [fault for fault in faults if not fault.by_itself]
    if not any(fault.kind == "wipe" for fault in faults):
        faults.append(Fault(round(seconds / 3, 1), "wipe", "expiration-redis", 0.0))
    if wipe_stream:
        faults.append(Fault(round(seconds / 2, 1), "wipe", "nats", 0.0))
    if upgrade:
        faults += _swaps(random.Random(f"upgrade {seed}"), seconds)
    if restore:
        service = random.Random(f"restore {seed}").choice(RESTORED)
        faults.append(Fault(round(seconds / 3, 1), "back up", service, 0.0))
        faults.append(Fault(round(seconds * 2 / 3, 1), "put back", service, 0.0))
    return sorted(faults, key=lambda fault: fault.at)


def _swaps(dice: random.Random, seconds: float) -> list[Fault]:
    halves = (CALM, seconds / 2), (seconds / 2, seconds - CALM)
    return [
        Fault(round(dice.uniform(*half), 1), "swap versions", service, 0.0)
        for half, service in product(halves, SERVICES)
    ]
